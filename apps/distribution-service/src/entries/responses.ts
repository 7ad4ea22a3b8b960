import { visibility } from '@coursewire/events'
import { z } from 'zod'
import type { Scheduled } from '../schedules/repository.ts'
import type { Version } from '../versions/repository.ts'
import { type Distribution, fieldNames, readContent } from './distribution.ts'

export const cta = z.object({ label: z.string(), type: z.string(), url: z.string().optional() })
export const seo = z.object({
  metaTitle: z.string(),
  metaDescription: z.string(),
  metaKeywords: z.array(z.string()),
  ogImage: z.string().optional(),
  noindex: z.boolean().optional(),
})

const content = {
  title: z.string(),
  description: z.string(),
  language: z.string(),
  targetGroup: z.array(z.string()),
  seo,
  cta,
}

export const distributionView = z.object({
  id: z.string(),
  courseId: z.string(),
  slug: z.string(),
  ...content,
  listed: z.boolean(),
  protectedFields: z.array(z.enum(fieldNames)),
  visibility,
  version: z.string(),
  derivedFrom: z.string().nullable(),
  canonical: z.enum(['parent', 'own']),
  stagingUrl: z.string().nullable(),
  stagingDeployedAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export function showDistribution(distribution: Distribution): z.input<typeof distributionView> {
  return {
    id: distribution.id,
    courseId: distribution.courseId,
    slug: distribution.slug,
    ...readContent(distribution),
    listed: distribution.listed,
    protectedFields: distribution.protectedFields,
    visibility: distribution.visibility,
    version: `v${distribution.version}`,
    derivedFrom: distribution.derivedFrom,
    canonical: distribution.derivedFrom === null || distribution.hasOwnCanonical ? 'own' : 'parent',
    stagingUrl: distribution.stagingUrl,
    stagingDeployedAt: distribution.stagingDeployedAt,
    createdAt: distribution.createdAt,
    updatedAt: distribution.updatedAt,
  }
}

/** Each change has a moment of its own. */
export function etagOf({ updatedAt }: Distribution): string {
  return `"${updatedAt}"`
}

export const scheduleView = z.object({
  publishAt: z.string().nullable(),
  unpublishAt: z.string().nullable(),
  reason: z.string().nullable(),
  error: z.string().nullable().describe('Why what was due could not be done'),
})

export function showSchedule(scheduled: Scheduled[]): z.input<typeof scheduleView> {
  const publish = scheduled.find(({ visibility }) => visibility === 'public')
  const unpublish = scheduled.find(({ visibility }) => visibility === 'private')
  return {
    publishAt: publish?.at ?? null,
    unpublishAt: unpublish?.at ?? null,
    reason: unpublish?.reason ?? null,
    error: publish?.error ?? null,
  }
}

export const versionSummary = z.object({
  version: z.string(),
  changelog: z.string(),
  frozenAt: z.string(),
  frozenBy: z.string(),
})

export const versionView = versionSummary.extend({ content: z.object(content) })

export function summarizeVersion({ version, changelog, frozenAt, frozenBy }: Version): z.input<typeof versionSummary> {
  return { version: `v${version}`, changelog, frozenAt, frozenBy }
}

export function showVersion(version: Version): z.input<typeof versionView> {
  return { ...summarizeVersion(version), content: version.content }
}

export const differenceView = z.object({
  from: z.string(),
  to: z.string(),
  fields: z.partialRecord(z.enum(fieldNames), z.object({ old: z.unknown(), new: z.unknown() })),
})
