import { appendToOutbox } from '@coursewire/messaging'
import type { Moment, Transaction } from '@coursewire/service-kit'
import { changeAll, withVariants } from '../distributions/changes.ts'
import { type Distribution, deriveContent, followed, newDistribution } from '../distributions/distribution.ts'
import { type Cause, tellCreated } from '../distributions/events.ts'
import { insertDistribution, lockOfCourse } from '../distributions/repository.ts'
import { buildSlug } from '../distributions/slug.ts'
import { type Deployment, type Generation, type KnownCourse, recordDeployment, recordGeneration } from './repository.ts'

export type Effect = { created: Distribution | null; updatedCount: number }
const nothing: Effect = { created: null, updatedCount: 0 }

/** A generated course gets its distribution, or the one it has follows; a generation that is not the latest changes nothing. */
export async function applyGeneration(
  tx: Transaction,
  generation: Generation,
  cause: Cause,
  at: Moment,
): Promise<Effect> {
  const course = await recordGeneration(tx, generation)
  if (!course) return nothing

  const all = await lockOfCourse(tx, course.tenantId, course.courseId)
  const generated = all.find((it) => it.isGenerated)
  if (!generated) return { created: await createFrom(tx, course, cause, at), updatedCount: 0 }
  const wanted = followed(generated, deriveContent(course))
  const changed = await changeAll(tx, await withVariants(tx, { before: generated, wanted }), cause, at)
  return { created: null, updatedCount: changed.size }
}

/** Staging moves to all distributions of the course, and stays with the course for those made later. */
export async function applyDeployment(
  tx: Transaction,
  deployment: Deployment,
  cause: Cause,
  at: Moment,
): Promise<Effect> {
  const staging = await recordDeployment(tx, deployment)
  if (!staging) return nothing

  const all = await lockOfCourse(tx, deployment.tenantId, deployment.courseId)
  const changed = await changeAll(
    tx,
    all.map((before) => ({ before, wanted: staging })),
    cause,
    at,
  )
  return { created: null, updatedCount: changed.size }
}

async function createFrom(tx: Transaction, course: KnownCourse, cause: Cause, at: Moment): Promise<Distribution> {
  const created = await insertDistribution(
    tx,
    {
      ...newDistribution(course, at),
      ...deriveContent(course),
      isGenerated: true,
    },
    { like: buildSlug(course.title, course.courseId) },
  )
  await appendToOutbox(tx, [tellCreated(created, cause)])
  return created
}
