import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { id, moment, pastMoment } from './fields.ts'

const distribution = {
  topic: 'distribution.events.v1',
  producer: 'course_distribution',
  key: 'distribution_id',
} as const

const version = z.string().regex(/^v[1-9]\d*$/)
const targetGroup = z.array(z.string())
const values = z.record(z.string(), z.unknown())
const total = z.int().min(0)

export const visibility = z.enum(['private', 'public'])

/** Where a visitor came from. The server derives this and then discards the referrer. */
export const referrerCategory = z.enum([
  'direct',
  'organic_search',
  'paid_search',
  'social',
  'email',
  'referral',
  'internal',
  'unknown',
])

/** Calls to action that are tried out on a page until a moment. `split` has the weight of each arm, in their order. */
export const experiment = z
  .object({
    arms: z.array(z.object({ label: z.string(), cta_type: z.string() })).min(2),
    split: z.array(z.number().positive().max(1_000)),
    ends_at: moment,
  })
  .refine(
    ({ arms, split }) => arms.length === split.length && new Set(arms.map((arm) => arm.cta_type)).size === arms.length,
  )

const seo = z.object({
  meta_title: z.string(),
  meta_description: z.string(),
  meta_keywords: z.array(z.string()),
  noindex: z.boolean().optional(),
})

/** Lists show the distribution once it is public, unless `listed` is false. Only an entry that begins with an experiment has `experiment`. */
export const distributionCreated = defineEvent({
  ...distribution,
  type: 'distribution.created',
  listeners: ['Analytics', 'A/B Testing', 'Audit Log', 'Changelog', 'Recommendation Engine'],
  payload: z.object({
    distribution_id: id,
    course_id: id,
    slug: z.string(),
    language: z.string(),
    title: z.string(),
    target_group: targetGroup,
    visibility,
    listed: z.boolean().optional(),
    version,
    derived_from: id.nullable(),
    experiment: experiment.optional(),
    created_at: pastMoment,
  }),
})

/** Events of earlier versions have no `course_id`. */
export const distributionUpdated = defineEvent({
  ...distribution,
  type: 'distribution.updated',
  listeners: ['Cache Invalidation', 'A/B Testing', 'Analytics', 'Audit Log', 'Changelog', 'Recommendation Engine'],
  payload: z.object({
    distribution_id: id,
    course_id: id.optional(),
    updated_fields: z.array(z.string()).min(1),
    old_values: values,
    new_values: values,
    updated_at: pastMoment,
  }),
})

export const distributionDeleted = defineEvent({
  ...distribution,
  type: 'distribution.deleted',
  listeners: ['enrollment-api', 'Cache Invalidation', 'SEO Indexer', 'Analytics', 'Changelog', 'Recommendation Engine'],
  payload: z.object({ distribution_id: id, slug: z.string(), course_id: id, deleted_at: pastMoment, deleted_by: id }),
})

export const distributionPublished = defineEvent({
  ...distribution,
  type: 'distribution.published',
  listeners: [
    'enrollment-api',
    'SEO Indexer',
    'Marketing',
    'Notification',
    'Analytics',
    'Changelog',
    'Recommendation Engine',
  ],
  payload: z.object({
    distribution_id: id,
    slug: z.string(),
    course_id: id,
    title: z.string(),
    language: z.string(),
    target_group: targetGroup,
    seo,
    published_at: pastMoment,
  }),
})

export const distributionUnpublished = defineEvent({
  ...distribution,
  type: 'distribution.unpublished',
  listeners: ['enrollment-api', 'SEO Indexer', 'Cache Invalidation', 'Changelog', 'Recommendation Engine'],
  payload: z.object({ distribution_id: id, slug: z.string(), unpublished_at: pastMoment, reason: z.string() }),
})

/**
 * `view_count` is the running total of the distribution. There is at most one event per category, call to action and time window.
 * `referrer_view_count` and `cta_view_count` are those of the category and of the call to action that was shown, where it is known.
 */
export const distributionViewed = defineEvent({
  ...distribution,
  type: 'distribution.viewed',
  listeners: ['Analytics', 'A/B Testing', 'Recommendation Engine'],
  payload: z.object({
    distribution_id: id,
    slug: z.string(),
    view_count: total,
    viewed_at: pastMoment,
    referrer_category: referrerCategory,
    referrer_view_count: total.optional(),
    cta_type: z.string().optional(),
    cta_view_count: total.optional(),
  }),
})

/**
 * `enrollment_count` counts clicks on the enrol button, not enrolments. `cta_enrollment_count` is the running total of the call to action,
 * left out if its distribution has too many of them.
 */
export const distributionEnrollmentClicked = defineEvent({
  ...distribution,
  type: 'distribution.enrollment_clicked',
  listeners: ['Analytics', 'A/B Testing'],
  payload: z.object({
    distribution_id: id,
    slug: z.string(),
    enrollment_count: total,
    clicked_at: pastMoment,
    cta_type: z.string(),
    cta_enrollment_count: total.optional(),
  }),
})

/** Keyed by the child, and sent after the child's own `distribution.created`. `title_override` is null if the title is inherited. */
export const distributionMicroNicheCreated = defineEvent({
  ...distribution,
  type: 'distribution.micro_niche_created',
  key: 'child_distribution_id',
  listeners: ['Analytics', 'Parent Course Stats'],
  payload: z.object({
    child_distribution_id: id,
    parent_distribution_id: id,
    parent_slug: z.string(),
    child_slug: z.string(),
    target_group_override: targetGroup,
    title_override: z.string().nullable(),
    created_at: pastMoment,
  }),
})

export const distributionVersionBumped = defineEvent({
  ...distribution,
  type: 'distribution.version_bumped',
  listeners: ['Changelog', 'Notification'],
  payload: z.object({
    distribution_id: id,
    slug: z.string(),
    old_version: version,
    new_version: version,
    bumped_at: pastMoment,
    changelog: z.string(),
  }),
})
