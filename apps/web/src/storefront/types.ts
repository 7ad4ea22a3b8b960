import { z } from 'zod'

/** An address that may become a link. `javascript:` and the like never pass. */
const webAddress = z.url({ protocol: /^https?$/ })
/** Something that a page can do without: what is no web address is left out. */
const optionalAddress = webAddress.optional().catch(undefined)

const relatedSchema = z.object({
  slug: z.string(),
  url: webAddress,
  title: z.string(),
  language: z.string(),
  targetGroup: z.array(z.string()),
})

const entrySchema = z.object({
  courseId: z.string(),
  distributionId: z.string(),
  slug: z.string(),
  canonicalUrl: webAddress,
  title: z.string(),
  description: z.string(),
  language: z.string(),
  targetGroup: z.array(z.string()),
  seo: z.object({
    metaTitle: z.string(),
    metaDescription: z.string(),
    ogImage: optionalAddress,
    noindex: z.boolean().optional(),
  }),
  cta: z.object({ label: z.string(), type: z.string(), url: optionalAddress }),
  /** Calls to action that are tried out instead of `cta`. An earlier version of the catalogue has none. */
  experiment: z
    .object({
      arms: z.array(z.object({ label: z.string(), ctaType: z.string() })),
      split: z.array(z.number()),
      endsAt: z.string(),
    })
    .nullish(),
  totalLessons: z.int().nullable(),
  version: z.string(),
  updatedAt: z.string(),
  /** An ISO 8601 duration. */
  workload: z.string().nullable(),
  startsAt: z.string().nullable(),
})

/** What a page needs of a public course. Pages are rendered only from what this schema has parsed. */
export const courseSchema = entrySchema.extend({
  alternatives: z.array(relatedSchema),
  variants: z.array(relatedSchema),
})
export const courseListSchema = z.object({ items: z.array(entrySchema), nextCursor: z.string().nullable() })

export type Course = z.output<typeof courseSchema>
export type Related = z.output<typeof relatedSchema>
/** A course as lists have it. */
export type Entry = z.output<typeof entrySchema>
export type CourseList = z.output<typeof courseListSchema>

/** Whose pages these are. */
export interface Site {
  name: string
  /** Without a slash at the end, such as `https://learn.example.org`. */
  origin: string
  tenant: string
}
