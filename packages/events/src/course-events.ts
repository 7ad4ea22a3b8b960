import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { id, moment } from './fields.ts'
import { likelyLanguageTag } from './language-tag.ts'

const courseFactory = {
  topic: 'course.events.v1',
  producer: 'course_factory',
  key: 'course_id',
  listeners: ['distribution-service'],
} as const

/** Beyond the required four, anything may be missing, null or empty; empty never clears what is known. */
export const courseGenerationCompleted = defineEvent({
  ...courseFactory,
  type: 'course.generation.completed',
  payload: z.object({
    course_id: id,
    tenant_id: id.nullish(),
    title: z.string().trim().min(1).max(500),
    description: z.string().nullish(),
    language: likelyLanguageTag,
    target_audiences: z.array(z.string()).nullish(),
    total_lessons: z.int().min(0).nullish(),
    completed_at: moment,
  }),
})

export const courseDeployedStaging = defineEvent({
  ...courseFactory,
  type: 'course.deployed.staging',
  payload: z.object({
    course_id: id,
    staging_url: z.url({ protocol: /^https?$/ }).max(2000),
    deployed_at: moment,
  }),
})
