import {
  distributionCreated,
  distributionDeleted,
  distributionMicroNicheCreated,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
} from '@coursewire/events'
import { on } from '@coursewire/messaging'
import { z } from 'zod'
import { changePage } from './repository.ts'

const names = z.object({ slug: z.string().optional().catch(undefined), title: z.string().optional().catch(undefined) })
const settings = z.object({ listed: z.boolean().optional().catch(undefined) })

/** Keeps which distributions there are, what they are called, of which course they are, and whether the public finds them. */
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
      isPublic: payload.visibility === 'public',
      isListed: payload.listed,
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
      isListed: settings.parse(payload.new_values).listed,
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
      isPublic: true,
      at: payload.published_at,
    }),
  ),
  on(distributionUnpublished, (tx, { payload, meta }) =>
    changePage(tx, {
      tenantId: meta.tenant_id,
      distributionId: payload.distribution_id,
      slug: payload.slug,
      isPublic: false,
      at: payload.unpublished_at,
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
