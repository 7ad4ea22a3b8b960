import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { count, id, pastMoment, startDay, webUrl, workload } from './fields.ts'
import { likelyLanguageTag } from './language-tag.ts'
import { courseDescription, courseTitle, looseTags } from './text.ts'

const empty = z.literal('')

const courseFactory = {
  topic: 'course.events.v1',
  producer: 'course_factory',
  key: 'course_id',
  listeners: ['distribution-service'],
} as const

/** All but the four required fields may be missing, null or empty. An empty field never clears a known value. */
export const courseGenerationCompleted = defineEvent({
  ...courseFactory,
  type: 'course.generation.completed',
  payload: z.object({
    course_id: id,
    tenant_id: id.nullish(),
    title: courseTitle,
    description: courseDescription.nullish(),
    language: likelyLanguageTag,
    target_audiences: looseTags.nullish(),
    total_lessons: count.nullish(),
    workload: workload.or(empty).nullish(),
    starts_at: startDay.or(empty).nullish(),
    completed_at: pastMoment,
  }),
})

export const courseDeployedStaging = defineEvent({
  ...courseFactory,
  type: 'course.deployed.staging',
  payload: z.object({
    course_id: id,
    staging_url: webUrl(/^https?$/),
    deployed_at: pastMoment,
  }),
})
