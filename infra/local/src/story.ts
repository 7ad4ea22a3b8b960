import { waitFor } from '@coursewire/servers'
import { callApi } from '@coursewire/setup'
import { createLearner, type Learner, patience, type Step, signIn } from './journey.ts'
import type { Product } from './stack.ts'

interface AuditRecord {
  type: string
  topic: string
  partition: number
  offset: number
  eventId: string
  correlationId: string
  causationId: string | null
}

/** The events that an enrolment causes, on its way from the request to the mailbox. */
const expected = ['enrollment.completed', 'email.sent', 'email.delivered']

/** Reads back from the audit log what came of a learner's enrolment, as an admin, once all of it is there. Yields each event after its cause. */
export async function* readStory(stack: Product, learner: Learner): AsyncGenerator<Step> {
  const own = await signIn(stack, learner)
  const { id } = await callApi<{ id: string }>(`${stack.urls.enrollmentApi}/api/me`, { token: own.token })
  const admin = await createLearner(stack, { name: 'Ada Auditor', flags: ['--role', 'admin'] })
  const { token } = await signIn(stack, admin)
  const read = (path: string) =>
    callApi<{ items: AuditRecord[] }>(`${stack.urls.web}/api/admin/records${path}`, { token })

  const items = await waitFor(
    async () => {
      const [enrolled] = (await read(`?type=enrollment.completed&actor=${id}`)).items
      if (!enrolled) return undefined
      const story = await read(`/stories/${encodeURIComponent(enrolled.correlationId)}`)
      const types = story.items.map(({ type }) => type)
      return expected.every((type) => types.includes(type)) ? story.items : undefined
    },
    { ...patience, message: `${expected.join(', ')} in the audit log` },
  )
  for (const { type, topic, partition, offset, eventId, causationId, correlationId } of items) {
    const cause = items.find((item) => item.eventId === causationId)
    const reason = cause ? `because of ${cause.type}` : `because of the request ${correlationId}`
    yield { name: type, details: `${topic} ${partition}/${offset}, ${eventId}, ${reason}` }
  }
}

/** Reads from insights what became of a course today, as an admin, once the enrolment counts. */
export async function* readNumbers(stack: Product, courseId: string): AsyncGenerator<Step> {
  const admin = await createLearner(stack, { name: 'Ada Analyst', flags: ['--role', 'admin'] })
  const { token } = await signIn(stack, admin)
  const url = `${stack.urls.web}/api/insights/courses/${courseId}`
  const { timeZone, totals } = await waitFor(
    async () => {
      const report = await callApi<{ timeZone: string; totals: Record<string, number> }>(url, { token })
      return (report.totals['enrolments'] ?? 0) > 0 && report
    },
    { ...patience, message: 'the enrolment to be counted' },
  )
  const numbers = Object.entries(totals).map(([name, number]) => `${name} ${number}`)
  yield { name: 'course', details: `${courseId}, 28 days (${timeZone}): ${numbers.join(', ')}` }
}
