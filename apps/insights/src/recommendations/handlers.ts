import { accountErased, enrollmentCancelled, enrollmentCompleted } from '@coursewire/events'
import { on, onRun } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { type CoursesOfLearner, countChanges } from './changes.ts'
import {
  applyMoves,
  eraseLearner,
  type Learner,
  listCourses,
  lockLearners,
  type Move,
  saveChanges,
} from './repository.ts'

/** Keeps which courses are chosen, and which of them by the same learners. */
export const recommendationHandlers = [
  onRun(enrollmentCompleted, (tx, events) =>
    move(
      tx,
      events.map(({ payload, meta }) => ({
        tenantId: meta.tenant_id,
        studentId: payload.student_id,
        courseId: payload.course_id,
        activation: payload.activation,
        hasLeft: false,
        at: payload.enrolled_at,
      })),
    ),
  ),
  onRun(enrollmentCancelled, (tx, events) =>
    move(
      tx,
      events.map(({ payload, meta }) => ({
        tenantId: meta.tenant_id,
        studentId: payload.student_id,
        courseId: payload.course_id,
        activation: payload.activation,
        hasLeft: true,
        at: payload.cancelled_at,
      })),
    ),
  ),
  on(accountErased, async (tx, { payload, meta }) => {
    await lockLearners(tx, [meta.tenant_id])
    await eraseLearner(tx, { tenantId: meta.tenant_id, studentId: payload.account_id })
  }),
]

/** Applies moves, and adds to the numbers what they have changed. */
async function move(tx: Transaction, moves: Move[]): Promise<void> {
  await lockLearners(
    tx,
    moves.map(({ tenantId }) => tenantId),
  )
  const before = await applyMoves(tx, moves)
  const after = await listCourses(tx, moves)

  const learners = new Map<string, CoursesOfLearner<Set<string>>>()
  for (const one of moves) learners.set(keyOf(one), { tenantId: one.tenantId, before: new Set(), after: new Set() })
  for (const row of before) learners.get(keyOf(row))?.before.add(row.courseId)
  for (const row of after) learners.get(keyOf(row))?.after.add(row.courseId)
  for (const changes of countChanges(learners.values())) {
    await saveChanges(
      tx,
      changes,
      moves.filter((one) => one.tenantId === changes.tenantId && isFirstJoin(one)),
    )
  }
}

const keyOf = ({ tenantId, studentId }: Learner) => JSON.stringify([tenantId, studentId])

/** Only these make a trend. Otherwise a learner who leaves and comes back could make one. */
const isFirstJoin = ({ activation, hasLeft }: Move) => activation === 1 && !hasLeft
