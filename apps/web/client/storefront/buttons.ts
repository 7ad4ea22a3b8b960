import { ENROLLED, hasSession, tab } from '../storage.ts'
import { countClick } from './counts.ts'
import type * as Enrolling from './enrolling.ts'

export const buttons = [...document.querySelectorAll<HTMLAnchorElement>('a[data-cta]')].map((link) => ({
  link,
  label: link.textContent,
  href: link.href,
  lang: link.lang,
  slug: link.dataset.slug ?? '',
  cta: link.dataset.cta ?? '',
  /** Empty where the button leads elsewhere. */
  course: link.dataset.course ?? '',
  isTriedOut: link.matches('coursewire-arms > :not(:last-child)'),
}))
export type Button = (typeof buttons)[number]

/** The courses that the learner has. */
export const enrolled = new Set<string>()
/** Courses whose enrolment has not been answered yet. Their buttons say already what they will be. */
export const waiting = new Set<string>()

/** As far apart as the halves of a double click can be. Browsers begin to count anew when the text under the pointer changes. */
const DOUBLE_MS = 500
let pressed = { link: document.body, at: -Infinity }

// Visitors cannot enrol, so they load neither enrolling.ts nor the session. Its address comes with the page, because Vite adds a loader of
// nearly a kilobyte to imports that it resolves itself.
const { enrolling = '' } = document.querySelector<HTMLElement>('script[data-enrolling]')?.dataset ?? {}
const loadEnrolling = (): Promise<typeof Enrolling> => import(/* @vite-ignore */ enrolling)

/** Counts clicks and, as soon as somebody is signed in, makes "Enroll" enrol. */
export function startButtons(): void {
  for (const button of buttons) button.link.addEventListener('click', (event) => onClick(event, button))
  // Somebody may also sign in in another tab, or on the way back to a page that was kept.
  for (const type of ['storage', 'pageshow']) addEventListener(type, lookForLearner)
  lookForLearner()
}

function lookForLearner(): void {
  // Where it cannot be loaded the buttons stay as they are, and a click finds out.
  if (hasSession()) loadEnrolling().catch(() => {})
  else tab.set(ENROLLED, null)
}

function onClick(event: MouseEvent, button: Button): void {
  const { link, href, course, slug, cta, isTriedOut } = button
  // The second half of a double click must not follow the link that the first half has made.
  const isSecond = event.detail > 1 || (pressed.link === link && event.timeStamp - pressed.at < DOUBLE_MS)
  if (isSecond || waiting.has(course)) return event.preventDefault()
  pressed = { link, at: event.timeStamp }
  if (enrolled.has(course)) return
  countClick(slug, cta, isTriedOut)
  // The link leads to where one signs in and is enrolled then. With a modifier the browser opens it elsewhere.
  if (!course || !hasSession() || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  loadEnrolling().then(
    ({ enroll }) => enroll(button),
    () => location.assign(href),
  )
}
