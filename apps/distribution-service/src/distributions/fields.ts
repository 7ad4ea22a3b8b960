import { languageTag, visibility } from '@coursewire/events'
import { z } from 'zod'
import { courseId } from '../paging.ts'
import { fieldNames, seoLimits } from './distribution.ts'
import { countCharacters } from './text.ts'

/** A line of text without control characters, trimmed; lengths are in code points, as in our contract and JSON Schema. */
function line(min: number, max: number) {
  return z
    .string()
    .trim()
    .refine(
      (text) => countCharacters(text) >= min && countCharacters(text) <= max,
      `Must have ${min} to ${max} characters`,
    )
    .regex(/^\P{Cc}*$/u, 'Holds a control character')
    .meta({ minLength: min, maxLength: max })
}

/** The same, of several lines. */
function text(min: number, max: number) {
  return z
    .string()
    .trim()
    .min(min)
    .max(max)
    .regex(/^[\P{Cc}\t\r\n]*$/u, 'Holds a control character')
}

const unique = (items: readonly string[]) => new Set(items).size === items.length
const targetGroup = z.array(line(1, 100)).max(50).refine(unique, 'Holds something twice')

/** Of a public host by its name: an address, or a name that only an inside network knows, is nothing to show to the public. */
const httpsUrl = z
  .url({ protocol: /^https$/ })
  .max(2_000)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const { hostname, username, password } = new URL(text)
    return (
      /^([a-z0-9-]+\.)+(?!local$|internal$|localhost$)[a-z][a-z0-9-]*$/.test(hostname) && username + password === ''
    )
  }, 'Must be of a public host, by its name')

const seo = z.strictObject({
  meta_title: line(0, seoLimits.metaTitle).optional(),
  meta_description: line(0, seoLimits.metaDescription).optional(),
  meta_keywords: z.array(line(1, 100)).max(20).refine(unique, 'Holds something twice').optional(),
  og_image: httpsUrl.nullish(),
  noindex: z.boolean().nullish(),
})

const cta = z.strictObject({
  label: line(1, 60).optional(),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,49}$/)
    .optional(),
  url: httpsUrl.nullish(),
})

const slug = z
  .string()
  .max(80)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Must be lower-case letters and digits, with single hyphens between them')

const content = {
  title: line(1, 200),
  description: text(0, 20_000),
  language: languageTag,
  target_group: targetGroup,
  seo: seo.describe('What is given replaces what is there; null takes it away'),
  cta: cta.describe('What is given replaces what is there; null takes it away'),
}

const settings = {
  slug,
  listed: z.boolean().describe('Whether lists show it, once it is public'),
  protected_fields: z
    .array(z.enum(fieldNames))
    .refine(unique, 'Holds something twice')
    .describe('Content that people have made their own. Editing makes it so'),
}

/** Everything an editor may change. */
export const editBody = z.strictObject({ ...content, ...settings }).partial()

export const draftBody = z.strictObject({
  course_id: courseId.regex(/^[^\p{Cc}]+$/u, 'Holds a control character'),
  title: content.title,
  language: content.language,
  ...z
    .object({ ...content, ...settings })
    .partial()
    .omit({ title: true, language: true }).shape,
})

export const variantBody = z.strictObject({
  target_group: targetGroup.min(1),
  ...z
    .object({ ...content, slug })
    .partial()
    .omit({ target_group: true, language: true }).shape,
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
    publish_at: moment,
    unpublish_at: moment,
    reason: line(1, 500).optional().describe('Of the unpublishing, and required for it'),
  })
  .refine(({ unpublish_at, reason }) => !unpublish_at || reason !== undefined, {
    path: ['reason'],
    message: 'Required with unpublish_at',
  })

export const unpublishBody = z.strictObject({ reason: line(1, 500) })
export const versionBody = z.strictObject({ changelog: text(1, 5_000) })

export const listQuery = {
  courseId: courseId.optional(),
  derivedFrom: z.string().min(1).max(128).optional(),
  visibility: visibility.optional(),
  language: languageTag.optional().describe('This language, and what is a kind of it (de-AT for de)'),
  target_group: z.string().min(1).max(200).optional(),
  q: z.string().trim().min(1).max(200).optional().describe('In title, description or slug'),
}
