import { randomUUID } from 'node:crypto'
import {
  accountErased,
  courseDeployedStaging,
  courseGenerationCompleted,
  distributionDeleted,
  distributionPublished,
  distributionUnpublished,
  distributionVersionBumped,
  type EventDefinition,
  enrollmentCancelled,
  enrollmentCompleted,
} from '@coursewire/events'
import type { z } from 'zod'

/** The parts of an envelope that may matter to a test; the rest is filled in. */
type About = { id?: string; tenantId?: string; correlationId?: string; at?: string }

const now = () => new Date().toISOString().replace('Z', '000Z')

/** Builds an event. A test gives only the values that matter to it. */
function createBuilder<Type extends string, Payload extends z.ZodObject>(
  definition: EventDefinition<Type, Payload>,
  fill: () => z.input<Payload>,
) {
  return (payload: Partial<z.input<Payload>> = {}, about: About = {}) =>
    definition.build(
      { ...fill(), ...payload },
      { tenantId: about.tenantId ?? 'acme', correlationId: about.correlationId ?? 'req-1', causationId: null },
      { id: about.id ?? randomUUID(), at: about.at ?? now() },
    )
}

export const aGeneratedCourse = createBuilder(courseGenerationCompleted, () => ({
  course_id: `course-${randomUUID()}`,
  title: 'Vertical Gardens',
  description: 'Plants on walls, from the first pot to the last.',
  language: 'en',
  target_audiences: ['gardeners'],
  total_lessons: 12,
  completed_at: '2025-12-28T09:00:00Z',
}))

export const aStagedCourse = createBuilder(courseDeployedStaging, () => ({
  course_id: `course-${randomUUID()}`,
  staging_url: 'https://staging.example.com/courses/1',
  deployed_at: '2025-12-28T09:30:00Z',
}))

export const aPublishedDistribution = createBuilder(distributionPublished, () => ({
  distribution_id: `dist_${randomUUID()}`,
  slug: 'vertical-gardens',
  course_id: `course-${randomUUID()}`,
  title: 'Vertical Gardens',
  language: 'en',
  target_group: [],
  seo: { meta_title: '', meta_description: '', meta_keywords: [] },
  published_at: now(),
}))

export const anUnpublishedDistribution = createBuilder(distributionUnpublished, () => ({
  distribution_id: `dist_${randomUUID()}`,
  slug: 'vertical-gardens',
  unpublished_at: now(),
  reason: 'outdated',
}))

export const aDeletedDistribution = createBuilder(distributionDeleted, () => ({
  distribution_id: `dist_${randomUUID()}`,
  slug: 'vertical-gardens',
  course_id: `course-${randomUUID()}`,
  deleted_at: now(),
  deleted_by: 'usr_1',
}))

export const aBumpedVersion = createBuilder(distributionVersionBumped, () => ({
  distribution_id: `dist_${randomUUID()}`,
  slug: 'vertical-gardens',
  old_version: 'v1',
  new_version: 'v2',
  bumped_at: now(),
  changelog: 'A new chapter about moss.',
}))

export const anEnrollment = createBuilder(enrollmentCompleted, () => ({
  enrollment_id: `enr_${randomUUID()}`,
  student_id: `usr_${randomUUID()}`,
  course_id: 'course-1',
  enrollment_type: 'free' as const,
  enrolled_at: now(),
  source: 'manual' as const,
  payment_status: 'free' as const,
  activation: 1,
}))

export const aCancelledEnrollment = createBuilder(enrollmentCancelled, () => ({
  enrollment_id: `enr_${randomUUID()}`,
  student_id: `usr_${randomUUID()}`,
  course_id: 'course-1',
  activation: 1,
  cancelled_at: now(),
  reason: 'no_time' as const,
}))

export const anErasedAccount = createBuilder(accountErased, () => ({ account_id: `usr_${randomUUID()}` }))
