// Loaded once somebody is signed in. Makes "Enroll" enrol, and "Continue Learning" of the courses that the learner has.
import { authorized, onSession } from '../session.ts'
import { ENROLLED, hasSession, tab } from '../storage.ts'
import { type Button, buttons, enrolled, waiting } from './buttons.ts'

/** How long the learner's courses are remembered while somebody leafs through a list. */
const KEEP_MS = 60_000

const courses = new Set(buttons.flatMap(({ course }) => course || []))
const status = document.querySelector<HTMLElement>('.said')

let wasSignedIn = false
// A page that is shown again on the way back is as it was left.
addEventListener('pageshow', ({ persisted }) => persisted && look())
onSession((isSignedIn) => isSignedIn !== wasSignedIn && look())
look()

function look(): void {
  wasSignedIn = hasSession()
  document.documentElement.toggleAttribute('data-in', wasSignedIn)
  readEnrolled().then(
    (found) => {
      for (const course of courses) if (!waiting.has(course)) set(course, found.includes(course))
      show()
    },
    () => {}, // The buttons stay as they are, and a click finds out.
  )
}

async function readEnrolled(): Promise<string[]> {
  if (!hasSession()) return []
  const [only, ...others] = courses
  if (only === undefined) return []
  if (others.length === 0) return listEnrolled({ courseId: only })

  const kept: { at: number; courses: string[] } = JSON.parse(tab.get(ENROLLED) ?? '{ "at": 0 }')
  if (Date.now() - kept.at < KEEP_MS) return kept.courses
  const found = await listEnrolled({ limit: '100' })
  tab.set(ENROLLED, JSON.stringify({ at: Date.now(), courses: found }))
  return found
}

/** The courses of the learner's enrolments. */
async function listEnrolled(query: Record<string, string>): Promise<string[]> {
  const answer = await authorized(new Request(`/api/enrollments?${new URLSearchParams(query)}`))
  if (!answer.ok) throw new Error(`Enrolments were not listed: ${answer.status}`)
  const { items }: { items: { courseId: string }[] } = await answer.json()
  return items.map(({ courseId }) => courseId)
}

/** Enrols the learner, and leads to the sign-in if the session is over. */
export async function enroll({ link, course, cta, href }: Button): Promise<void> {
  say()
  waiting.add(course)
  set(course, true)
  show()
  const body = JSON.stringify({ courseId: course, distributionId: link.dataset.distribution, ctaType: cta })
  const headers = { 'content-type': 'application/json' }
  const answer = await authorized(
    new Request('/api/enrollments', { method: 'POST', keepalive: true, headers, body }),
  ).catch(() => undefined)
  // Without an answer only the server knows.
  const isIn = answer ? answer.ok : (await listEnrolled({ courseId: course }).catch(() => [])).length > 0
  waiting.delete(course)
  set(course, isIn)
  show()
  if (isIn) {
    tab.set(ENROLLED, null)
    say('enrolled')
  } else if (answer?.status === 401) location.assign(href)
  else say(answer && answer.status < 500 && answer.status !== 429 ? 'refused' : 'unreachable')
}

const set = (course: string, isIn: boolean) => (isIn ? enrolled.add(course) : enrolled.delete(course))

function show(): void {
  for (const { link, label, href, lang, course } of buttons) {
    const isIn = enrolled.has(course)
    link.textContent = isIn ? (link.dataset.continue ?? '') : label
    link.href = isIn ? `/app/courses/${encodeURIComponent(course)}` : href
    // The words of the page are in the language of the page.
    if (isIn) link.removeAttribute('lang')
    else link.lang = lang
    if (waiting.has(course)) link.ariaDisabled = 'true'
    else link.removeAttribute('aria-disabled')
  }
}

function say(what?: 'enrolled' | 'refused' | 'unreachable'): void {
  if (status) status.textContent = (what && status.dataset[what]) ?? ''
}
