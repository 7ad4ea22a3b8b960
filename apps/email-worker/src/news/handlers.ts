import { distributionPublished, distributionVersionBumped } from '@coursewire/events'
import { type Handler, on } from '@coursewire/messaging'
import { announceChange, announcePublication } from './repository.ts'

/** The listeners Marketing and Notification. The mails are written into the ledger later (`announcer.ts`). */
export const newsHandlers: Handler[] = [
  on(distributionPublished, (tx, { id: eventId, meta, payload }) =>
    announcePublication(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      targetGroup: payload.target_group,
      happenedAt: payload.published_at,
      eventId,
      correlationId: meta.correlation_id,
    }),
  ),
  on(distributionVersionBumped, (tx, { id: eventId, meta, payload }) =>
    announceChange(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      version: payload.new_version,
      changelog: payload.changelog,
      happenedAt: payload.bumped_at,
      eventId,
      correlationId: meta.correlation_id,
    }),
  ),
]
