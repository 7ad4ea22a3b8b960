import { seo, visibility } from '@coursewire/events'
import { z } from 'zod'
import type { Scheduled } from '../schedules/repository.ts'
import type { Version } from '../versions/repository.ts'
import { type Content, type Distribution, fieldNames } from './distribution.ts'

export const cta = z.object({ label: z.string(), type: z.string(), url: z.string().optional() })
export const fullSeo = seo.extend({ og_image: z.string().optional() })

const content = {
  title: z.string(),
  description: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
  seo: fullSeo,
  cta,
}

export const distributionView = z.object({
  id: z.string(),
  course_id: z.string(),
  slug: z.string(),
  ...content,
  listed: z.boolean(),
  protected_fields: z.array(z.enum(fieldNames)),
  visibility,
  version: z.string(),
  derived_from: z.string().nullable(),
  canonical: z.enum(['parent', 'own']),
  staging_url: z.string().nullable(),
  staging_deployed_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})

function showContent({ title, description, language, targetGroup, seo, cta }: Content) {
  return { title, description, language, target_group: targetGroup, seo, cta }
}

export function showDistribution(distribution: Distribution): z.input<typeof distributionView> {
  return {
    id: distribution.id,
    course_id: distribution.courseId,
    slug: distribution.slug,
    ...showContent(distribution),
    listed: distribution.listed,
    protected_fields: distribution.protectedFields,
    visibility: distribution.visibility,
    version: `v${distribution.version}`,
    derived_from: distribution.derivedFrom,
    canonical: distribution.derivedFrom === null || distribution.hasOwnCanonical ? 'own' : 'parent',
    staging_url: distribution.stagingUrl,
    staging_deployed_at: distribution.stagingDeployedAt,
    created_at: distribution.createdAt,
    updated_at: distribution.updatedAt,
  }
}

/** Each change has a moment of its own. */
export function etagOf({ updatedAt }: Distribution): string {
  return `"${updatedAt}"`
}

export const scheduleView = z.object({
  publish_at: z.string().nullable(),
  unpublish_at: z.string().nullable(),
  reason: z.string().nullable(),
  error: z.string().nullable().describe('Why what was due could not be done'),
})

export function showSchedule(scheduled: Scheduled[]): z.input<typeof scheduleView> {
  const publish = scheduled.find(({ visibility }) => visibility === 'public')
  const unpublish = scheduled.find(({ visibility }) => visibility === 'private')
  return {
    publish_at: publish?.at ?? null,
    unpublish_at: unpublish?.at ?? null,
    reason: unpublish?.reason ?? null,
    error: publish?.error ?? null,
  }
}

export const versionSummary = z.object({
  version: z.string(),
  changelog: z.string(),
  frozen_at: z.string(),
  frozen_by: z.string(),
})

export const versionView = versionSummary.extend({ content: z.object(content) })

export function summarizeVersion({ version, changelog, frozenAt, frozenBy }: Version): z.input<typeof versionSummary> {
  return { version: `v${version}`, changelog, frozen_at: frozenAt, frozen_by: frozenBy }
}

export function showVersion(version: Version): z.input<typeof versionView> {
  return { ...summarizeVersion(version), content: showContent(version.content) }
}

export const differenceView = z.object({
  from: z.string(),
  to: z.string(),
  fields: z.partialRecord(z.enum(fieldNames), z.object({ old: z.unknown(), new: z.unknown() })),
})
