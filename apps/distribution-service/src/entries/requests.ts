import {
  courseDescription,
  courseTitle,
  id,
  languageTag,
  line,
  tags,
  text,
  visibility,
  webUrl,
} from '@coursewire/events'
import { z } from 'zod'
import { courseId } from '../paging.ts'
import { MAX_SLUG_LENGTH, slugShape } from '../slugs/slug.ts'
import { fieldNames, seoLimits } from './distribution.ts'

/** Of a public host, by its name: IP addresses, and names that only an internal network knows, are nothing to show to the public. */
const httpsUrl = webUrl(/^https$/).refine((url) => {
  if (!URL.canParse(url)) return false
  const { hostname, username, password } = new URL(url)
  return /^([a-z0-9-]+\.)+(?!local$|internal$|localhost$)[a-z][a-z0-9-]*$/.test(hostname) && username + password === ''
}, 'Must be of a public host, by its name')

const seo = z.strictObject({
  metaTitle: line(0, seoLimits.metaTitle).optional(),
  metaDescription: line(0, seoLimits.metaDescription).optional(),
  metaKeywords: tags.optional(),
  ogImage: httpsUrl.nullish(),
  noindex: z.boolean().nullish(),
})

/** The kind of a call to action, by which clicks name it. */
export const ctaType = z.string().regex(/^[a-z][a-z0-9_]{0,49}$/)

const cta = z.strictObject({
  label: line(1, 60).optional(),
  type: ctaType.optional(),
  url: httpsUrl.nullish(),
})

const slug = z
  .string()
  .max(MAX_SLUG_LENGTH)
  .regex(slugShape, 'Must be lower-case letters, digits and underscores, with single hyphens between them')

const content = {
  title: courseTitle,
  description: courseDescription,
  language: languageTag,
  targetGroup: tags,
  seo: seo.describe('What is given replaces what is there; null takes it away'),
  cta: cta.describe('What is given replaces what is there; null takes it away'),
}

const settings = {
  slug,
  listed: z.boolean().describe('Whether lists show it, once it is public'),
  protectedFields: z
    .array(z.enum(fieldNames))
    .refine((names) => new Set(names).size === names.length, 'Holds something twice')
    .describe('Content that people have made their own. Editing makes it so'),
}

/** Everything an editor may change. */
export const editBody = z.strictObject({ ...content, ...settings }).partial()

export const draftBody = z.strictObject({
  courseId: id,
  title: content.title,
  language: content.language,
  ...z
    .object({ ...content, ...settings })
    .partial()
    .omit({ title: true, language: true }).shape,
})

export const variantBody = z.strictObject({
  targetGroup: tags.min(1),
  ...z
    .object({ ...content, slug })
    .partial()
    .omit({ targetGroup: true, language: true }).shape,
  canonical: z.enum(['parent', 'own']).optional().describe('Whether search engines are to know it beside its parent'),
})

/** As UTC, and of an era that Postgres can hold. */
const moment = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) > 0 && Date.parse(text) < Date.UTC(9999), 'Not a moment to plan for')
  .transform((text) => new Date(text).toISOString())
  .nullish()

export const planBody = z
  .strictObject({
    publishAt: moment,
    unpublishAt: moment,
    reason: line(1, 500).optional().describe('Of the unpublishing, and required for it'),
  })
  .refine(({ unpublishAt, reason }) => !unpublishAt || reason !== undefined, {
    path: ['reason'],
    message: 'Required with unpublishAt',
  })

export const unpublishBody = z.strictObject({ reason: line(1, 500) })
export const versionBody = z.strictObject({ changelog: text(1, 5_000) })

export const listQuery = {
  courseId: courseId.optional(),
  derivedFrom: z.string().min(1).max(128).optional(),
  visibility: visibility.optional(),
  language: languageTag.optional().describe('This language and more specific ones (de-AT for de)'),
  targetGroup: z.string().min(1).max(200).optional(),
  q: z.string().trim().min(1).max(200).optional().describe('In title, description or slug'),
}
