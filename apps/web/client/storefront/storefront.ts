// What a course page does beyond being read: appearance, and "Enroll" that becomes "Continue Learning". Without it every link still works.
import { authorized, hasSession } from '../session.ts'

document.querySelector('[data-theme-toggle]')?.addEventListener('click', () => {
  const root = document.documentElement
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  localStorage.setItem('coursewire.theme', (root.dataset.theme = dark ? 'light' : 'dark'))
})

const buttons = [...document.querySelectorAll<HTMLAnchorElement>('[data-enroll]')]
const enrolled = () => {
  for (const b of buttons) {
    b.textContent = b.dataset.continue ?? ''
    b.href = `/app/courses/${b.dataset.enroll}`
    b.dataset.state = 'in'
    b.removeAttribute('aria-disabled')
  }
}

if (buttons[0] && hasSession())
  authorized(new Request(`/api/enrollments/${encodeURIComponent(buttons[0].dataset.enroll ?? '')}`)).then(
    (r) => {
      if (r.ok) enrolled()
    },
    () => {},
  )

for (const b of buttons)
  b.addEventListener('click', async (event) => {
    const { enroll: courseId, slug, place, state } = b.dataset
    if (event.detail > 1 || b.ariaDisabled) return event.preventDefault() // the second half of a double click must not follow what the first made of the link
    if (!courseId || state === 'in') return
    navigator.sendBeacon?.(
      `/api/courses/${slug}/enrollment-clicks`,
      new Blob([JSON.stringify({ ctaType: place })], { type: 'application/json' }),
    )
    if (!hasSession()) return // the link leads to sign-up, and remembers
    event.preventDefault()
    b.setAttribute('aria-disabled', 'true')
    const answer = await authorized(
      new Request('/api/enrollments', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ courseId, source: 'manual' }),
      }),
    ).catch(() => undefined)
    if (answer?.ok) enrolled()
    else location.assign(b.href) // the dashboard says what is the matter
  })
