import { distributionDeleted, distributionPublished, distributionUnpublished } from '@coursewire/events'
import { on } from '@coursewire/messaging'
import { applyChange } from './repository.ts'

export const courseHandlers = [
  on(distributionPublished, (tx, { payload, meta }) =>
    applyChange(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      isPublic: true,
      changedAt: payload.published_at,
    }),
  ),
  on(distributionUnpublished, (tx, { payload, meta }) =>
    applyChange(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: null,
      isPublic: false,
      changedAt: payload.unpublished_at,
    }),
  ),
  on(distributionDeleted, (tx, { payload, meta }) =>
    applyChange(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      isPublic: false,
      changedAt: payload.deleted_at,
    }),
  ),
]
