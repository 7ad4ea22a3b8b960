import {
  distributionCreated,
  distributionDeleted,
  distributionMicroNicheCreated,
  distributionPublished,
  distributionUpdated,
} from '@coursewire/events'
import { on } from '@coursewire/messaging'
import { z } from 'zod'
import { changePage } from './repository.ts'

const names = z.object({ slug: z.string().optional().catch(undefined), title: z.string().optional().catch(undefined) })

/** Keeps which distributions there are, what they are called, and of which course they are. */
export const catalogueHandlers = [
  on(distributionCreated, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      parentId: payload.derived_from,
      slug: payload.slug,
      title: payload.title,
      isWhole: true,
      at: payload.created_at,
    }),
  ),
  on(distributionMicroNicheCreated, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.child_distribution_id,
      parentId: payload.parent_distribution_id,
      slug: payload.child_slug,
      at: payload.created_at,
    }),
  ),
  on(distributionUpdated, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      ...names.parse(payload.new_values),
      at: payload.updated_at,
    }),
  ),
  on(distributionPublished, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      slug: payload.slug,
      title: payload.title,
      at: payload.published_at,
    }),
  ),
  on(distributionDeleted, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      courseId: payload.course_id,
      slug: payload.slug,
      isDeleted: true,
      at: payload.deleted_at,
    }),
  ),
]
