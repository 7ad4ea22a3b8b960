import { visibility } from '@coursewire/events'
import { z } from 'zod'
import { exampleContent, exampleMoment } from '../examples.ts'
import { fieldNames, shownContent } from './content.ts'
import type { Distribution } from './distribution.ts'

export const distributionResponse = z
  .object({
    id: z.string(),
    courseId: z.string(),
    slug: z.string(),
    ...shownContent,
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
  .meta({
    id: 'Distribution',
    example: {
      id: 'dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
      courseId: 'course_1',
      slug: 'sourdough-for-beginners',
      ...exampleContent,
      listed: true,
      protectedFields: [],
      visibility: 'public',
      version: 'v1',
      derivedFrom: null,
      canonical: 'own',
      stagingUrl: null,
      stagingDeployedAt: null,
      createdAt: exampleMoment,
      updatedAt: exampleMoment,
    },
  })

/** The schema leaves out what editors need not know. */
export function showDistribution(distribution: Distribution): z.input<typeof distributionResponse> {
  const { version, derivedFrom, hasOwnCanonical } = distribution
  const canonical = derivedFrom === null || hasOwnCanonical ? 'own' : 'parent'
  return { ...distribution, version: `v${version}`, canonical }
}

/** Each change has a moment of its own. */
export function etagOf({ updatedAt }: Distribution): string {
  return `"${updatedAt}"`
}
