import { id, languageTag, line, visibility } from '@coursewire/events'
import { z } from 'zod'
import { exampleCourse } from '../examples.ts'
import { courseId } from '../paging.ts'
import { MAX_SLUG_LENGTH, slugShape } from '../slugs/slug.ts'
import { acceptedContent, fieldNames } from './content.ts'

const slug = z
  .string()
  .max(MAX_SLUG_LENGTH)
  .regex(slugShape, 'Must be lower-case letters, digits and underscores, with single hyphens between them')

const settings = {
  slug,
  listed: z.boolean().describe('Whether lists show it once it is public'),
  protectedFields: z
    .array(z.enum(fieldNames))
    .refine((names) => new Set(names).size === names.length, 'Must not repeat a field')
    .describe('The fields that people have edited. Nothing else changes them'),
}

export const given = z.object({ ...acceptedContent, ...settings }).partial()

export const editBody = z
  .strictObject(given.shape)
  .meta({ id: 'DistributionChange', example: { title: 'Sourdough at home', seo: { noindex: true } } })

export const createBody = z
  .strictObject({
    courseId: id,
    ...given.shape,
    title: acceptedContent.title,
    language: acceptedContent.language,
  })
  .meta({ id: 'NewDistribution', example: { courseId: 'course_1', ...exampleCourse } })

export const unpublishBody = z
  .strictObject({ reason: line(1, 500) })
  .meta({ id: 'Unpublishing', example: { reason: 'Is being revised' } })

export const listQuery = {
  courseId: courseId.optional(),
  derivedFrom: z.string().min(1).max(128).optional(),
  visibility: visibility.optional(),
  language: languageTag.optional().describe('This language and more specific ones (de-AT for de)'),
  targetGroup: z.string().min(1).max(200).optional(),
  q: z.string().trim().min(1).max(200).optional().describe('In title, description or slug'),
}
