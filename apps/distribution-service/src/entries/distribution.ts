import { isDeepStrictEqual } from 'node:util'
import { countCharacters, isBlank, MAX_DESCRIPTION_LENGTH, toLine, type visibility } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { cutAtCharacter, cutAtWord, summarize } from './text.ts'

export type Visibility = z.infer<typeof visibility>
export type Seo = {
  metaTitle: string
  metaDescription: string
  metaKeywords: string[]
  ogImage?: string | undefined
  noindex?: boolean | undefined
}
export type Cta = { label: string; type: string; url?: string | undefined }

export const seoLimits = { metaTitle: 60, metaDescription: 155 }

/** What a distribution says about its course. */
export type Content = {
  title: string
  description: string
  language: string
  targetGroup: string[]
  seo: Seo
  cta: Cta
}

export type Staging = { stagingUrl: string | null; stagingDeployedAt: string | null }

export const fieldNames = [
  'title',
  'description',
  'language',
  'targetGroup',
  'seo',
  'cta',
] as const satisfies (keyof Content)[]
export type FieldName = (typeof fieldNames)[number]

/** What editors decide about a distribution beside its content. */
export type Settings = {
  slug: string
  /** Whether lists show it, once it is public. */
  listed: boolean
  /**
   * The content that people have made their own. The rest follows where the distribution comes from: its parent, or
   * CourseFactory.
   */
  protectedFields: FieldName[]
}

export type Distribution = Content &
  Staging &
  Settings & {
    id: string
    tenantId: string
    courseId: string
    /** Made from the course's generation: the one that follows it, and there is one a course. */
    isGenerated: boolean
    /** The parent of a variant. There is one level of them. */
    derivedFrom: string | null
    /** Whether a variant wants search engines to know it beside its parent. */
    hasOwnCanonical: boolean
    visibility: Visibility
    version: number
    createdAt: string
    updatedAt: string
  }

export type CourseContent = Pick<Content, 'title' | 'description' | 'language' | 'targetGroup'>
export type Change = Partial<Content & Staging & Settings & Pick<Distribution, 'derivedFrom'>>

/** Every field that can change, in the order in which events name them. */
const changeableFields = [
  ...fieldNames,
  'slug',
  'listed',
  'protectedFields',
  'derivedFrom',
  'stagingUrl',
  'stagingDeployedAt',
] as const satisfies (keyof Change)[]

/** Everything a distribution says by default, by what is known of its course. */
export function deriveContent({ title, description, language, targetGroup }: CourseContent): Content {
  // A public entry stays complete, also when its new description is a picture.
  const summary = isBlank(description) ? '' : summarize(description) || title
  return {
    title,
    description,
    language,
    targetGroup,
    seo: {
      // What is left after the cut may be invisible characters only.
      metaTitle: toLine(cutAtCharacter(title, seoLimits.metaTitle)),
      metaDescription: toLine(cutAtWord(summary, seoLimits.metaDescription)),
      metaKeywords: targetGroup,
    },
    cta: { label: isGerman(language) ? 'Jetzt einschreiben' : 'Enroll now', type: 'primary_button' },
  }
}

/** What every new distribution of a course has in common. */
export function newDistribution(
  { tenantId, courseId, stagingUrl, stagingDeployedAt }: Pick<Distribution, 'tenantId' | 'courseId'> & Staging,
  createdAt: string,
) {
  return {
    id: `dist_${uuidv7()}`,
    tenantId,
    courseId,
    isGenerated: false,
    derivedFrom: null,
    hasOwnCanonical: false,
    protectedFields: [],
    listed: true,
    visibility: 'private' as const,
    version: 1,
    stagingUrl,
    stagingDeployedAt,
    createdAt,
  }
}

function isGerman(language: string): boolean {
  return /^de([-_]|$)/i.test(language)
}

/** Of the content of a distribution. */
export function readContent({ title, description, language, targetGroup, seo, cta }: Content): Content {
  return { title, description, language, targetGroup, seo, cta }
}

/** Of what is wanted, what truly differs; null when nothing does. */
export function findChange(before: Change, wanted: Change): Change | null {
  const differing = changeableFields.filter(
    (field) => field in wanted && !isDeepStrictEqual(wanted[field], before[field]),
  )
  return differing.length > 0 ? Object.fromEntries(differing.map((field) => [field, wanted[field]])) : null
}

/** Of a change where the distribution comes from, what it follows: all content but what people have made their own. */
export function followed({ protectedFields }: Distribution, change: Change): Change {
  const isFollowed = (name: string) =>
    fieldNames.includes(name as FieldName) && !protectedFields.includes(name as FieldName)
  return Object.fromEntries(Object.entries(change).filter(([name]) => isFollowed(name)))
}

/** What a person wants: the content that truly changes becomes protected. */
export function edit(before: Distribution, wanted: Change): Change {
  const change = findChange(before, wanted) ?? {}
  const kept = wanted.protectedFields ?? before.protectedFields
  return { ...change, protectedFields: fieldNames.filter((name) => name in change || kept.includes(name)) }
}

/** What a person wants of a variant: content that ceases to be its own is the parent's again. Throws `conflict` or `invalid`. */
export function editVariant(before: Distribution, parent: Distribution, wanted: Change): Change {
  const id = { distributionId: before.id }
  const change = edit(before, wanted)
  if (change.language !== undefined || change.protectedFields?.includes('language')) {
    throw new AppError('conflict', 'variant.language', 'A variant has the language of its parent', id)
  }
  if (!change.protectedFields?.includes('targetGroup')) {
    throw new AppError('conflict', 'variant.target-group', 'A variant has a targetGroup of its own', id)
  }
  return { ...followed({ ...before, ...change }, readContent(parent)), ...change }
}

/** Throws a `conflict` that names what is missing or too long for the public to see. */
export function assertPublishable({ id, title, description, language, seo }: Distribution): void {
  const wants: [field: string, text: string, limit: number][] = [
    ['title', title, Number.POSITIVE_INFINITY],
    // Descriptions from before there was a limit may be too long for search.
    ['description', description, MAX_DESCRIPTION_LENGTH],
    ['language', language, Number.POSITIVE_INFINITY],
    ['seo.metaTitle', seo.metaTitle, seoLimits.metaTitle],
    ['seo.metaDescription', seo.metaDescription, seoLimits.metaDescription],
  ]
  const missing = wants.filter(([, text]) => isBlank(text)).map(([field]) => field)
  const tooLong = wants.filter(([, text, limit]) => countCharacters(text) > limit).map(([field]) => field)
  if (missing.length + tooLong.length === 0) return
  const reasons = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(tooLong.length > 0 ? [`too long ${tooLong.join(', ')}`] : []),
  ]
  throw new AppError('conflict', 'distribution.incomplete', `Not complete: ${reasons.join('; ')}`, {
    distributionId: id,
  })
}
