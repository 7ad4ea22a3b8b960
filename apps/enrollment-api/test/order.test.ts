/** Random students who enrol, get on, leave and come back at the same time, through two instances. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'

const RUNS = 40

let instances: Service[]
let admin: string
beforeAll(async () => {
  const first = await startService()
  instances = [first, await startService({ DATABASE_URL: first.config.DATABASE_URL })]
  admin = (await first.ctx.tokens.issue({ id: 'usr_admin', tenantId: 'acme', roles: ['admin'] })).token
})
afterAll(async () => {
  for (const instance of instances.toReversed()) await instance.close()
})

type Kind = 'enrol' | 'assign' | 'leave' | number
const kind: fc.Arbitrary<Kind> = fc.oneof(
  fc.constantFrom<Kind>('enrol', 'enrol', 'assign', 'leave', 'leave'),
  fc.integer({ min: 0, max: 100 }),
)
const action = fc.record({ instance: fc.nat(1), student: fc.nat(2), course: fc.nat(1), kind })

/** An enrolment according to its row or, step by step, to its events. */
interface State {
  activation: number
  progress: number
  isCancelled: boolean
  at: string
}

/** Applies an event, and throws if it cannot follow what was before. */
function follow(before: State, type: string, payload: Record<string, unknown>): State {
  const { activation, progress, isCancelled } = before
  const moment = payload['enrolled_at'] ?? payload['progressed_at'] ?? payload['cancelled_at']
  const at = String(moment)
  expect(at > before.at).toBe(true)
  if (type === 'enrollment.completed') {
    expect([isCancelled, payload['activation']]).toEqual([true, activation + 1])
    return { activation: activation + 1, progress: 0, isCancelled: false, at }
  }
  expect([isCancelled, payload['activation']]).toEqual([false, activation])
  if (type === 'enrollment.cancelled') return { ...before, isCancelled: true, at }
  expect(payload['progress']).toBeGreaterThan(progress)
  expect(payload['completed']).toBe(payload['progress'] === 100)
  return { ...before, progress: Number(payload['progress']), at }
}

async function act(kind: Kind, through: Service, { id, token }: { id: string; token: string }, courseId: string) {
  const url = `/api/enrollments/${courseId}`
  if (kind === 'enrol') return (await through.post(token, { courseId })).statusCode
  if (kind === 'leave') return (await through.send('DELETE', token, url, { reason: 'other' })).statusCode
  if (kind !== 'assign') return (await through.send('PATCH', token, `${url}/progress`, { progress: kind })).statusCode
  const body = { studentIds: [id], courseIds: [courseId], source: 'admin' }
  const answer = await through.send('POST', admin, '/api/admin/enrollments', body)
  return answer.json().results[0].status as number
}

it('the events of each enrolment tell, in the order of the outbox, what its row has become', async () => {
  const property = fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60 }), async (actions) => {
    const [service] = instances as [Service]
    const students = await Promise.all([1, 2, 3].map(() => aStudent(service)))
    const courses = await Promise.all([1, 2].map(() => anOpenCourse(service)))
    const pick = <Item>(items: Item[], index: number) => items[index] as Item

    const statuses = await Promise.all(
      actions.map(({ kind, instance, student, course }) =>
        act(kind, pick(instances, instance), pick(students, student), pick(courses, course)),
      ),
    )

    const ids = students.map(({ id }) => id)
    const { rows } = await service.admin.query<{ id: string } & State>(
      `SELECT id, activation, progress, cancelled_at IS NOT NULL AS "isCancelled",
              to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM enrollments WHERE user_id = ANY ($1)`,
      [ids],
    )
    const told = new Map<string, State>()
    const events = (await Promise.all(ids.map((id) => service.readEvents(id)))).flat()
    for (const { type, payload } of events) {
      const id = String(payload['enrollment_id'])
      const before = told.get(id) ?? { activation: 0, progress: 0, isCancelled: true, at: '' }
      told.set(id, follow(before, type, payload))
    }
    expect(told).toEqual(new Map(rows.map(({ id, ...state }) => [id, state])))

    const count = (wanted: string) => events.filter(({ type }) => type === wanted).length
    expect(statuses.filter((status) => status === 201)).toHaveLength(count('enrollment.completed'))
    expect(statuses.filter((status) => status === 204)).toHaveLength(count('enrollment.cancelled'))
    expect(statuses.filter((status) => ![200, 201, 204, 404].includes(status))).toEqual([])
    const users = ids.map((id) => `'${id}'`).join()
    const forSns = await service.count('outbox', `channel = 'sns' AND log->'fields'->>'userId' IN (${users})`)
    expect(forSns).toBe(count('enrollment.completed'))
  })
  await fc.assert(property, { numRuns: RUNS })
})
