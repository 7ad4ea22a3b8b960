import { appendToOutbox, type OutboxRow } from '@coursewire/messaging'
import type { Database, Logger, Moment } from '@coursewire/service-kit'
import { assertPublishable, type Distribution, type Visibility } from './distribution.ts'
import { type Cause, tellPublished, tellUnpublished } from './events.ts'
import { getForUpdate, updateDistribution } from './repository.ts'

export function createDistributionService(ctx: {
  db: Database
  logger: Logger
  now: () => Moment
  relay: { wake(): void }
}) {
  const { db, logger, now, relay } = ctx

  /** To the visibility it has already: nothing happens, nothing is told. */
  async function changeVisibility(
    cause: Cause,
    id: string,
    visibility: Visibility,
    tell: (changed: Distribution) => OutboxRow,
  ): Promise<Distribution> {
    const { before, after } = await db.transaction(async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      if (before.visibility === visibility) return { before, after: before }

      if (visibility === 'public') assertPublishable(before)
      const after = await updateDistribution(tx, id, { visibility }, now())
      await appendToOutbox(tx, [tell(after)])
      return { before, after }
    })
    if (after !== before) {
      relay.wake()
      const fields = { distributionId: id, courseId: after.courseId, correlationId: cause.correlationId }
      logger.info(fields, visibility === 'public' ? 'Distribution published' : 'Distribution unpublished')
    }
    return after
  }

  return {
    publish: (id: string, cause: Cause) => changeVisibility(cause, id, 'public', (it) => tellPublished(it, cause)),
    unpublish: (id: string, reason: string, cause: Cause) =>
      changeVisibility(cause, id, 'private', (it) => tellUnpublished(it, reason, cause)),
  }
}
