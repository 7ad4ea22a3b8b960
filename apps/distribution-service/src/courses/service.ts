import { appendToOutbox } from '@coursewire/messaging'
import type { Moment, Transaction } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { type Change, type Distribution, deriveContent, findChange } from '../distributions/distribution.ts'
import { type Cause, tellCreated, tellUpdated } from '../distributions/events.ts'
import { insertDistribution, lockOfCourse, updateDistribution } from '../distributions/repository.ts'
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

  const generated = (await lockOfCourse(tx, course.tenantId, course.courseId)).filter((it) => it.isGenerated)
  if (generated.length === 0) return { created: await createFrom(tx, course, cause, at), updatedCount: 0 }
  return { created: null, updatedCount: await updateAll(tx, generated, deriveContent(course), cause, at) }
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
  return { created: null, updatedCount: await updateAll(tx, all, staging, cause, at) }
}

async function createFrom(tx: Transaction, course: KnownCourse, cause: Cause, at: Moment): Promise<Distribution> {
  const distribution = {
    id: `dist_${uuidv7()}`,
    tenantId: course.tenantId,
    courseId: course.courseId,
    isGenerated: true,
    derivedFrom: null,
    ...deriveContent(course),
    visibility: 'private' as const,
    version: 1,
    stagingUrl: course.stagingUrl,
    stagingDeployedAt: course.stagingDeployedAt,
    createdAt: at,
  }
  const created = await insertDistribution(tx, distribution, buildSlug(course.title, course.courseId))
  await appendToOutbox(tx, [tellCreated(created, cause)])
  return created
}

/** Changes what differs from what is wanted, one event for each distribution touched; returns their number. */
async function updateAll(
  tx: Transaction,
  locked: Distribution[],
  wanted: Change,
  cause: Cause,
  at: Moment,
): Promise<number> {
  let count = 0
  for (const before of locked) {
    const change = findChange(before, wanted)
    if (!change) continue
    const after = await updateDistribution(tx, before.id, change, at)
    await appendToOutbox(tx, [tellUpdated(before, after, change, cause)])
    count += 1
  }
  return count
}
