import { readMoment } from '@coursewire/service-kit'
import { z } from 'zod'
import { readLanguage } from '../db/language.ts'
import { distributions } from '../db/schema.ts'
import { type PublicContent, pickFields, publicNames, shownContent } from '../entries/content.ts'
import { exampleContent, exampleMoment } from '../examples.ts'
import { MAX_RELATED } from './cache-tags.ts'
import type { Entry, Related } from './repository.ts'

const entryExample = {
  distributionId: 'dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
  courseId: 'course_1',
  slug: 'sourdough-for-beginners',
  canonicalUrl: 'https://learn.example.org/courses/sourdough-for-beginners',
  ...pickFields(exampleContent, publicNames),
  totalLessons: 12,
  version: 'v1',
  updatedAt: exampleMoment,
}

export const entryResponse = z
  .object({
    distributionId: z.string(),
    courseId: z.string(),
    slug: z.string(),
    canonicalUrl: z.string(),
    ...pickFields(shownContent, publicNames),
    totalLessons: z.int().nullable(),
    version: z.string(),
    updatedAt: z.string(),
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
    distributionId: entry.distributionId,
    courseId: entry.courseId,
    slug: entry.slug,
    canonicalUrl: `${baseUrl}/courses/${entry.canonicalSlug}`,
    ...readContent(entry),
    totalLessons: entry.totalLessons,
    version: `v${entry.version}`,
    updatedAt: readMoment(entry.updatedAt),
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

export function showCourse(
  entry: Entry,
  { alternatives, variants }: ChosenPages,
  baseUrl: string,
): z.input<typeof courseResponse> {
  const show = ({ slug, title, language, targetGroup }: Related) => {
    return {
      slug,
      url: `${baseUrl}/courses/${slug}`,
      title,
      language: readLanguage(language),
      targetGroup,
    }
  }
  return { ...showEntry(entry, baseUrl), alternatives: alternatives.map(show), variants: variants.map(show) }
}

type ChosenPages = { alternatives: Related[]; variants: Related[] }

/** Chooses the pages that a page shows: one for each other language, and the newest variants. */
export function choosePages({ language, related }: { language: string; related: Related[] }): ChosenPages {
  const roots = related.filter(({ isVariant }) => !isVariant)
  const alternatives = chooseAlternatives(language, roots).slice(0, MAX_RELATED)
  const variants = related.filter(({ isVariant }) => isVariant).slice(0, MAX_RELATED - alternatives.length)
  return { alternatives, variants }
}

/** Chooses one page for each other language: that of the generated entry, or else of the oldest. The newest come first. */
export function chooseAlternatives<Root extends Pick<Related, 'language' | 'isGenerated'>>(
  language: string,
  roots: Root[],
): Root[] {
  const pages = new Map<string, Root>()
  for (const root of roots) {
    const ofLanguage = readLanguage(root.language)
    if (!pages.get(ofLanguage)?.isGenerated) pages.set(ofLanguage, root)
  }
  pages.delete(readLanguage(language))
  return [...pages.values()]
}
