import { z } from 'zod'
import { readLanguage } from '../db/language.ts'
import { distributions } from '../db/schema.ts'
import { type PublicContent, pickFields, publicNames, shownContent } from '../entries/content.ts'
import { exampleContent } from '../examples.ts'
import type { Entry, Related } from './repository.ts'

const entryExample = {
  courseId: 'course_1',
  slug: 'sourdough-for-beginners',
  canonicalUrl: 'https://learn.example.org/courses/sourdough-for-beginners',
  ...pickFields(exampleContent, publicNames),
  totalLessons: 12,
  version: 'v1',
}

export const entryResponse = z
  .object({
    courseId: z.string(),
    slug: z.string(),
    canonicalUrl: z.string(),
    ...pickFields(shownContent, publicNames),
    totalLessons: z.int().nullable(),
    version: z.string(),
  })
  .meta({ id: 'CatalogueEntry', example: entryExample })

const relatedResponse = z
  .object({
    slug: z.string(),
    url: z.string(),
    title: z.string(),
    language: z.string(),
    targetGroup: z.array(z.string()),
  })
  .meta({ id: 'RelatedCourse' })

export const courseResponse = entryResponse
  .extend({
    alternatives: z.array(relatedResponse).describe('The course in other languages, one page for each'),
    variants: z.array(relatedResponse).describe('The course for narrower audiences'),
  })
  .meta({ id: 'Course', example: { ...entryExample, alternatives: [], variants: [] } })

/** Shows what the public may know of an entry. */
export function showEntry(entry: Entry, baseUrl: string): z.input<typeof entryResponse> {
  return {
    courseId: entry.courseId,
    slug: entry.slug,
    canonicalUrl: `${baseUrl}/courses/${entry.canonicalSlug}`,
    ...readContent(entry),
    totalLessons: entry.totalLessons,
    version: `v${entry.version}`,
  }
}

/** Maps the content of an entry, which our own SQL has read without drizzle. */
function readContent(entry: Entry): PublicContent {
  const values = publicNames.map((name) => {
    const stored = entry[name]
    return [name, stored === null ? null : distributions[name].mapFromDriverValue(stored)]
  })
  return Object.fromEntries(values) as PublicContent
}

export function showCourse(entry: Entry & { related: Related[] }, baseUrl: string): z.input<typeof courseResponse> {
  const show = ({ slug, title, language, targetGroup }: Related) => {
    return {
      slug,
      url: `${baseUrl}/courses/${slug}`,
      title,
      language: readLanguage(language),
      targetGroup,
    }
  }
  return {
    ...showEntry(entry, baseUrl),
    alternatives: chooseAlternatives(entry).map(show),
    variants: entry.related.filter(({ isVariant }) => isVariant).map(show),
  }
}

/** Chooses one page for each other language: that of the generated entry, or else of the oldest. */
function chooseAlternatives({ language, related }: Entry & { related: Related[] }): Related[] {
  const pages = new Map<string, Related>()
  // The newest come first.
  for (const page of related.filter(({ isVariant }) => !isVariant)) {
    const ofLanguage = readLanguage(page.language)
    if (!pages.get(ofLanguage)?.isGenerated) pages.set(ofLanguage, page)
  }
  pages.delete(readLanguage(language))
  return [...pages.values()]
}
