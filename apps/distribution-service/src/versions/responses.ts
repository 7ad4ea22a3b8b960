import { z } from 'zod'
import { fieldNames, shownContent } from '../entries/content.ts'
import type { Version, VersionSummary } from './repository.ts'

export const versionSummaryResponse = z.object({
  version: z.string(),
  changelog: z.string(),
  frozenAt: z.string(),
  frozenBy: z.string(),
})

export const versionResponse = versionSummaryResponse.extend({ content: z.object(shownContent) })

export function summarizeVersion({
  version,
  changelog,
  frozenAt,
  frozenBy,
}: VersionSummary): z.input<typeof versionSummaryResponse> {
  return { version: `v${version}`, changelog, frozenAt, frozenBy }
}

export function showVersion(version: Version): z.input<typeof versionResponse> {
  return { ...summarizeVersion(version), content: version.content }
}

export const differenceResponse = z.object({
  from: z.string(),
  to: z.string(),
  fields: z.partialRecord(z.enum(fieldNames), z.object({ old: z.unknown(), new: z.unknown() })),
})
