import { z } from 'zod'
import { fieldNames, shownContent } from '../entries/content.ts'
import { exampleContent, exampleMoment } from '../examples.ts'
import type { VersionSummary } from './repository.ts'

const summaryExample = { version: 'v1', changelog: 'A new title', frozenAt: exampleMoment, frozenBy: 'usr_1' }

export const versionSummaryResponse = z
  .object({
    version: z.string(),
    changelog: z.string(),
    frozenAt: z.string(),
    frozenBy: z.string(),
  })
  .meta({ id: 'VersionSummary', example: summaryExample })

export const versionResponse = versionSummaryResponse
  .extend({ content: z.object(shownContent) })
  .meta({ id: 'Version', example: { ...summaryExample, content: exampleContent } })

export function showVersion<Shown extends Pick<VersionSummary, 'version'>>(version: Shown) {
  return { ...version, version: `v${version.version}` }
}

export const differenceResponse = z
  .object({
    from: z.string(),
    to: z.string(),
    fields: z.partialRecord(z.enum(fieldNames), z.object({ old: z.unknown(), new: z.unknown() })),
  })
  .meta({
    id: 'Differences',
    example: { from: 'v1', to: 'v2', fields: { title: { old: 'Sourdough', new: exampleContent.title } } },
  })
