import {
  courseDescription,
  courseTitle,
  isBlank,
  languageTag,
  line,
  text as longText,
  splitAtLinks,
  startDay,
  tags,
  toLine,
  webUrl,
  workload,
} from '@coursewire/events'
import type { $Type, ColumnBuilder } from 'drizzle-orm'
import { text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { parts } from '../db/columns.ts'
import { language } from '../db/language.ts'
import { cutAtCharacter, cutAtWord, summarize } from './text.ts'

/** The facts about a course that its entry begins with. They come from CourseFactory, or from whoever makes an entry by hand. */
export type CourseContent = {
  title: string
  description: string
  language: string
  targetGroup: string[]
  workload?: string | null
  startsAt?: string | null
}

export const seoLimits = { metaTitle: 60, metaDescription: 155 }

/** A URL whose host is a public name. IP addresses and names of an internal network must not be shown. */
const publicUrl = webUrl(/^https$/).refine((url) => {
  if (!URL.canParse(url)) return false
  const { hostname, username, password } = new URL(url)
  return /^([a-z0-9-]+\.)+(?!local$|internal$|localhost$)[a-z][a-z0-9-]*$/.test(hostname) && username + password === ''
}, 'Must be of a public host, by its name')

/** The text of a mail, in which the links can be clicked. */
const mailText = longText(0, 2_000).refine(
  (given) => splitAtLinks(given).every(({ text: link, isLink }) => !isLink || publicUrl.safeParse(link).success),
  'Has a link that does not lead to a public host by https',
)

/** The kind of a call to action, by which clicks name it. */
export const ctaType = z.string().regex(/^[a-z][a-z0-9_]{0,49}$/)

/** Reads a moment to come as UTC. Postgres can store it. */
export const plannedMoment = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) > 0 && Date.parse(text) < Date.UTC(9999), 'Not a moment to plan for')
  .transform((text) => new Date(text).toISOString())

const seo = z
  .object({
    metaTitle: z.string(),
    metaDescription: z.string(),
    metaKeywords: z.array(z.string()),
    ogImage: z.string().optional(),
    noindex: z.boolean().optional(),
  })
  .meta({ id: 'Seo' })
const cta = z.object({ label: z.string(), type: z.string(), url: z.string().optional() }).meta({ id: 'Cta' })

/** The most arms of an experiment. More need more visitors than a course has. */
const armCount = { min: 2, max: 4 }
const experiment = z
  .object({
    arms: z.array(z.object({ label: z.string(), ctaType: z.string() })),
    split: z.array(z.number()),
    endsAt: z.string(),
  })
  .meta({ id: 'Experiment' })

/** Declares a field. This function only checks that the parts of its row fit together. */
function field<
  Column extends ColumnBuilder,
  Accepts extends z.ZodType,
  Shows extends z.ZodType,
  Viewer extends 'public' | 'services',
>(row: {
  /** The column that stores the value. */
  column: Column
  /** The values that an editor may send. An object is given in parts: a part replaces the one that is there, null removes it. */
  accepts: Accepts
  /** The values that are answered. It allows more than `accepts`: a stored value may be older than a limit. */
  shows: Shows
  /** The value until an editor gives another one. */
  byDefault: (course: CourseContent) => z.output<Shows>
  /** The readers of the field besides editors. */
  shownTo: readonly Viewer[]
}) {
  return row
}

/**
 * The content of an entry, a row for each field. Everything that handles content uses these rows: POST and PATCH, protection by an edit,
 * variants, versions, answers and events. `distribution.updated` has every field that changed; another event has the fields of its payload in
 * packages/events.
 */
export const contentFields = {
  title: field({
    column: text('title').notNull(),
    accepts: courseTitle,
    shows: z.string(),
    byDefault: (course) => course.title,
    shownTo: ['public', 'services'],
  }),
  description: field({
    column: text('description').notNull(),
    accepts: courseDescription,
    shows: z.string(),
    byDefault: (course) => course.description,
    shownTo: ['public', 'services'],
  }),
  language: field({
    column: language('language').notNull(),
    accepts: languageTag,
    shows: z.string(),
    byDefault: (course) => course.language,
    shownTo: ['public', 'services'],
  }),
  targetGroup: field({
    column: text('target_group').array().notNull(),
    accepts: tags,
    shows: z.array(z.string()),
    byDefault: (course) => course.targetGroup,
    shownTo: ['public'],
  }),
  workload: field({
    column: text('workload'),
    accepts: workload.nullable(),
    shows: z.string().nullable(),
    byDefault: (course) => course.workload ?? null,
    shownTo: ['public'],
  }),
  startsAt: field({
    column: text('starts_at'),
    accepts: startDay.nullable(),
    shows: z.string().nullable(),
    byDefault: (course) => course.startsAt ?? null,
    shownTo: ['public', 'services'],
  }),
  welcomeText: field({
    column: text('welcome_text').notNull().default(''),
    accepts: mailText,
    shows: z.string(),
    byDefault: () => '',
    shownTo: ['services'],
  }),
  seo: field({
    column: parts('seo').notNull(),
    accepts: z
      .strictObject({
        metaTitle: line(0, seoLimits.metaTitle).optional(),
        metaDescription: line(0, seoLimits.metaDescription).optional(),
        metaKeywords: tags.optional(),
        ogImage: publicUrl.nullish(),
        noindex: z.boolean().nullish(),
      })
      .meta({ id: 'GivenSeo', description: 'What is given replaces what is there; null takes it away' }),
    shows: seo,
    byDefault: ({ title, description, targetGroup }) => {
      // A public entry stays complete, also when its new description is a picture.
      const summary = isBlank(description) ? '' : summarize(description) || title
      return {
        // After the cut, only invisible characters may be left.
        metaTitle: toLine(cutAtCharacter(title, seoLimits.metaTitle)),
        metaDescription: toLine(cutAtWord(summary, seoLimits.metaDescription)),
        metaKeywords: targetGroup,
      }
    },
    shownTo: ['public'],
  }),
  cta: field({
    column: parts('cta').notNull(),
    accepts: z
      .strictObject({ label: line(1, 60).optional(), type: ctaType.optional(), url: publicUrl.nullish() })
      .meta({ id: 'GivenCta', description: 'What is given replaces what is there; null takes it away' }),
    shows: cta,
    byDefault: (course) => ({
      label: /^de([-_]|$)/i.test(course.language) ? 'Jetzt einschreiben' : 'Enroll now',
      type: 'primary_button',
    }),
    shownTo: ['public'],
  }),
  experiment: field({
    column: parts('experiment'),
    // An end that has passed is accepted, so that an entry can be sent back as it was read.
    accepts: z
      .strictObject({
        arms: z
          .array(z.strictObject({ label: line(1, 60), ctaType }))
          .min(armCount.min)
          .max(armCount.max)
          .refine((arms) => new Set(arms.map((arm) => arm.ctaType)).size === arms.length, 'Must not repeat a ctaType')
          .describe('Instead of the label and the type of `cta`'),
        split: z
          .array(z.int().min(1).max(100))
          .min(armCount.min)
          .max(armCount.max)
          .describe('The weight of each arm, in their order: [50, 50] shows both to as many visitors'),
        endsAt: plannedMoment.describe('Then the page shows `cta` again'),
      })
      .refine(({ arms, split }) => arms.length === split.length, {
        path: ['split'],
        message: 'Must have a weight for each arm',
      })
      .meta({ id: 'GivenExperiment', description: 'Calls to action to try out' })
      .nullable(),
    shows: experiment.nullable(),
    byDefault: () => null,
    shownTo: ['public'],
  }),
}

type Fields = typeof contentFields
export type FieldName = keyof Fields
type Viewer = Fields[FieldName]['shownTo'][number]
type NameShownTo<Who extends Viewer> = {
  [Name in FieldName]: Who extends Fields[Name]['shownTo'][number] ? Name : never
}[FieldName]

export type Content = { [Name in FieldName]: z.output<Fields[Name]['shows']> }
export type PublicContent = Pick<Content, NameShownTo<'public'>>
/** Content as an editor sends it. A field that is undefined is not given. */
export type GivenContent = { [Name in FieldName]?: z.output<Fields[Name]['accepts']> | undefined }

export const fieldNames = Object.keys(contentFields) as FieldName[]
export const publicNames = findShownTo('public')
export const internalNames = findShownTo('services')

/** A column has the type of the shown value, such as an enumeration in a text column. */
export const contentColumns = columnOfRows('column') as {
  [Name in FieldName]: $Type<Fields[Name]['column'], NonNullable<Content[Name]>>
}
export const acceptedContent = columnOfRows('accepts')
export const shownContent = columnOfRows('shows')

function findShownTo<Who extends Viewer>(viewer: Who): NameShownTo<Who>[] {
  return fieldNames.filter((name) => contentFields[name].shownTo.some((one) => one === viewer)) as NameShownTo<Who>[]
}

function columnOfRows<Part extends keyof Fields[FieldName]>(part: Part) {
  return Object.fromEntries(fieldNames.map((name) => [name, contentFields[name][part]])) as {
    [Name in FieldName]: Fields[Name][Part]
  }
}

export function pickFields<Value extends object, Name extends keyof Value>(
  from: Value,
  names: readonly Name[],
): Pick<Value, Name> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<Value, Name>
}

/** Returns the content of an entry that nobody has edited. */
export function deriveContent(course: CourseContent): Content {
  return Object.fromEntries(fieldNames.map((name) => [name, contentFields[name].byDefault(course)])) as Content
}

/** Returns the new values of the given fields. */
export function applyGiven(before: Content, given: GivenContent): Partial<Content> {
  const names = fieldNames.filter((name) => given[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, applyOne(before[name], given[name])])) as Partial<Content>
}

function applyOne(before: unknown, given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return Object.fromEntries(Object.entries({ ...(before as object), ...given }).filter(([, part]) => part !== null))
}
