import type { EventEnvelope } from '@coursewire/events'
import { aCancelledEnrollment, anEnrollment, anErasedAccount } from '@coursewire/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { startWorld } from './helpers.ts'

type World = Awaited<ReturnType<typeof startWorld>>
type Step = { student: string; course: string; activation: number; hasLeft: boolean; at: string }

const hour = (index: number) => new Date(Date.UTC(2026, 2, 1, index)).toISOString()

const toEvent = (step: Step, tenantId: string): EventEnvelope => {
  const about = { student_id: step.student, course_id: step.course, activation: step.activation }
  return step.hasLeft
    ? aCancelledEnrollment({ ...about, cancelled_at: step.at }, { tenantId })
    : anEnrollment({ ...about, enrolled_at: step.at }, { tenantId })
}

/** Counts from nothing: what each learner has in the end, and then how many have it. */
function countAnew(steps: Step[]) {
  const states = new Map<string, Step>()
  for (const step of steps) {
    const key = JSON.stringify([step.student, step.course])
    const known = states.get(key)
    const rank = ({ activation, hasLeft }: Step) => 2 * activation + Number(hasLeft)
    if (!known || rank(known) < rank(step)) states.set(key, step)
  }
  const counts: Record<string, number> = {}
  const add = (key: string) => {
    counts[key] = (counts[key] ?? 0) + 1
  }
  for (const student of new Set(steps.map((step) => step.student))) {
    const latest = [...states.values()]
      .filter((step) => step.student === student && !step.hasLeft)
      .sort((one, other) => other.at.localeCompare(one.at) || (one.course < other.course ? -1 : 1))
      .slice(0, 50)
      .map(({ course }) => course)
      .sort()
    if (latest.length > 0) add('')
    for (const [index, course] of latest.entries()) {
      add(course)
      for (const other of latest.slice(index + 1)) add(`${course} ${other}`)
    }
  }
  return counts
}

/** Reads what was counted by increments. */
async function readCounts({ db }: World, tenantId: string): Promise<Record<string, number>> {
  const { rows } = await db.$client.query(
    `SELECT course_id || ' ' || other_course_id AS key, learners FROM course_pairs WHERE tenant_id = $1 AND learners <> 0
     UNION ALL SELECT course_id, learners FROM course_counts WHERE tenant_id = $1 AND learners <> 0
     UNION ALL SELECT '', learners FROM learner_counts WHERE tenant_id = $1 AND learners <> 0`,
    [tenantId],
  )
  return Object.fromEntries(rows.map(({ key, learners }) => [key, learners]))
}

/** The history of learners and courses: each activation begins, and all but perhaps the last end. */
const histories = fc.array(
  fc.record({
    student: fc.constantFrom('a', 'b', 'c', 'd'),
    course: fc.constantFrom('v', 'w', 'x', 'y', 'z'),
    length: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 14 },
)

test('counts by increments are those from nothing, however events are doubled and reordered, and somebody is erased', async () => {
  const world = await startWorld()
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.infiniteStream(fc.nat(1_000)),
      fc.constantFrom('a', 'b', null),
      async (given, random, erased) => {
        run += 1
        const tenantId = `tenant-${run}`
        const draw = () => random.next().value ?? 0
        const steps = given.flatMap(({ student, course, length }, at) =>
          Array.from(
            { length },
            (_, step): Step => ({
              student,
              course,
              activation: 1 + (step >> 1),
              hasLeft: step % 2 === 1,
              at: hour(20 * at + step),
            }),
          ),
        )
        const unique = [
          ...new Map(
            steps.map((step) => [`${step.student} ${step.course} ${step.activation} ${step.hasLeft}`, step]),
          ).values(),
        ]
        const doubled = unique.flatMap((step) =>
          Array.from({ length: 1 + (draw() % 2) }, () => ({ step, order: draw() })),
        )
        const delivered = doubled.sort((one, other) => one.order - other.order).map(({ step }) => step)
        const erasedAt = erased === null ? delivered.length : draw() % delivered.length
        const before = delivered.slice(0, erasedAt)
        const after = delivered.slice(erasedAt)

        await world.take(...before.map((step) => toEvent(step, tenantId)))
        if (erased !== null) await world.take(anErasedAccount({ account_id: erased }, { tenantId }))
        await world.take(...after.map((step) => toEvent(step, tenantId)))

        const counted = [...before, ...after.filter(({ student }) => student !== erased)]
        expect(await readCounts(world, tenantId)).toEqual(countAnew(counted))
        const { rowCount } = await world.db.$client.query(
          'SELECT FROM learner_courses WHERE tenant_id = $1 AND student_id = $2',
          [tenantId, erased],
        )
        expect(rowCount).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
})

test('somebody with very many courses counts with the latest fifty', async () => {
  const world = await startWorld()
  const steps = Array.from(
    { length: 60 },
    (_, index): Step => ({
      student: 'a',
      course: `c${(index * 37) % 60}`,
      activation: 1,
      hasLeft: false,
      at: hour((index * 17) % 60),
    }),
  )
  const leaves = steps.slice(0, 5).map((step) => ({ ...step, hasLeft: true }))

  await world.take(...[...steps, ...leaves].map((step) => toEvent(step, 'acme')))

  const counts = await readCounts(world, 'acme')
  expect(Object.keys(counts).filter((key) => key.includes(' '))).toHaveLength((50 * 49) / 2)
  expect(counts).toEqual(countAnew([...steps, ...leaves]))
})

function createGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** Begins a transaction that handles events, may handle more, and is committed when the test says so. */
function begin({ db, apply }: World, ...events: EventEnvelope[]) {
  const [handled, held] = [createGate(), createGate()]
  let handleMore = (..._more: EventEnvelope[]): Promise<void> => expect.unreachable()
  const committed = db.transaction(async (tx) => {
    handleMore = (...more) => apply(tx, more)
    await apply(tx, events)
    handled.open()
    await held.opened
  })
  return {
    handled: Promise.race([handled.opened, committed]),
    handleMore: (...more: EventEnvelope[]) => handleMore(...more),
    commit() {
      held.open()
      return committed
    },
  }
}

/** Waits until a transaction waits for another one, or is through. */
async function settle({ db }: World, other: Promise<void>): Promise<void> {
  let isThrough = false
  void other.then(() => {
    isThrough = true
  })
  await vi.waitFor(async () => {
    const { rowCount } = await db.$client.query(
      `SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(isThrough || rowCount).toBeTruthy()
  }, 5_000)
}

test('two courses that a learner joins at the same moment are a pair', async () => {
  const world = await startWorld()
  const first = begin(world, anEnrollment({ student_id: 'a', course_id: 'x' }))
  await first.handled
  const second = begin(world, anEnrollment({ student_id: 'a', course_id: 'y' }))
  await settle(world, second.handled)

  await first.commit()
  await second.commit()

  expect(await readCounts(world, 'acme')).toEqual({ '': 1, x: 1, y: 1, 'x y': 1 })
})

test('an account that is erased while it joins a course is erased', async () => {
  const world = await startWorld()
  const erasing = begin(world, anErasedAccount({ account_id: 'a' }))
  await erasing.handled
  const joining = begin(world, anEnrollment({ student_id: 'a', course_id: 'x' }))
  await settle(world, joining.handled)

  await erasing.commit()
  await joining.commit()

  expect((await world.db.$client.query('SELECT FROM learner_courses')).rowCount).toBe(0)
})

test('transactions about the same courses in another order wait in a row and not in a circle', async () => {
  const world = await startWorld()
  const first = begin(world, anEnrollment({ course_id: 'x' }))
  await first.handled
  const second = begin(world, anEnrollment({ course_id: 'y' }))
  await settle(world, second.handled)

  await first.handleMore(anEnrollment({ course_id: 'y' }))
  await first.commit()
  await second.handled
  await second.handleMore(anEnrollment({ course_id: 'x' }))
  await second.commit()

  expect(await readCounts(world, 'acme')).toEqual({ '': 4, x: 2, y: 2 })
})
