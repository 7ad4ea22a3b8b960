import { isDeepStrictEqual } from 'node:util'
import { countCharacters, isBlank, MAX_DESCRIPTION_LENGTH, type visibility } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import {
  applyGiven,
  type Content,
  type FieldName,
  fieldNames,
  type GivenContent,
  pickFields,
  seoLimits,
} from './content.ts'

export type Visibility = z.infer<typeof visibility>
export type Staging = { stagingUrl: string | null; stagingDeployedAt: string | null }

/** An editor's decisions besides the content. */
type Settings = {
  slug: string
  /** Whether lists show it once it is public. */
  listed: boolean
  /** The content that people have edited. The other content follows the parent of a variant, or else CourseFactory. */
  protectedFields: FieldName[]
}

export type Distribution = Content &
  Staging &
  Settings & {
    id: string
    tenantId: string
    courseId: string
    /** Made from the generation of its course, and follows it. A course has at most one. */
    isGenerated: boolean
    /** The parent of a variant. A variant has no variants. */
    derivedFrom: string | null
    /** Whether search engines should know a variant beside its parent. */
    hasOwnCanonical: boolean
    visibility: Visibility
    version: number
    createdAt: string
    updatedAt: string
  }

export type Change = Partial<Content & Staging & Settings & Pick<Distribution, 'derivedFrom'>>

/** Every field that can change, in the order in which events name them. */
export const changeableFields = [
  ...fieldNames,
  'slug',
  'listed',
  'protectedFields',
  'derivedFrom',
  'stagingUrl',
  'stagingDeployedAt',
] as const satisfies (keyof Change)[]

/** The request of an editor. A field that is undefined is not given. */
export type Edit = GivenContent & { [Name in keyof Settings]?: Settings[Name] | undefined }

/** Throws `precondition-failed` when the caller has read an older state. */
export type AssertFresh = (current: Distribution) => void

export function readContent(distribution: Content): Content {
  return pickFields(distribution, fieldNames)
}

/** The values that every new distribution has. */
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

/** The fields of `wanted` that differ from what is there. */
export function findChange(before: Change, wanted: Change): Change {
  const names = changeableFields.filter((name) => name in wanted && !isDeepStrictEqual(wanted[name], before[name]))
  return pickFields(wanted, names)
}

export function isEmpty(change: Change): boolean {
  return Object.keys(change).length === 0
}

/** The values that an edit asks for: an object that is given in parts is whole here. */
export function resolveEdit(before: Distribution, { slug, listed, protectedFields, ...content }: Edit): Change {
  return {
    ...applyGiven(before, content),
    ...(slug !== undefined && { slug }),
    ...(listed !== undefined && { listed }),
    ...(protectedFields && { protectedFields }),
  }
}

/** Returns the change that a person's edit makes. The content in it becomes protected. */
export function edit(before: Distribution, { protectedFields = before.protectedFields, ...wanted }: Change): Change {
  const change = findChange(before, wanted)
  const names = fieldNames.filter((name) => name in change || protectedFields.includes(name))
  return { ...change, ...findChange(before, { protectedFields: names }) }
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
  const message = `The distribution is incomplete: ${reasons.join('; ')}`
  throw new AppError('conflict', 'distribution.incomplete', message, { distributionId: id })
}
