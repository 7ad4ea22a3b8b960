import { z } from 'zod'
import { readLanguage } from '../db/language.ts'
import type { Seo } from '../entries/distribution.ts'
import { cta, seo } from '../entries/responses.ts'
import { renameKeys, toCamelCase } from '../names.ts'
import type { Entry, Related } from './repository.ts'

export const entryView = z.object({
  courseId: z.string(),
  slug: z.string(),
  canonicalUrl: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  targetGroup: z.array(z.string()),
  totalLessons: z.int().nullable(),
  version: z.string(),
  seo,
  cta,
})

const relatedView = z.object({
  slug: z.string(),
  url: z.string(),
  title: z.string(),
  language: z.string(),
  targetGroup: z.array(z.string()),
})

export const courseView = entryView.extend({
  alternatives: z.array(relatedView).describe('The course in other languages, one page for each'),
  variants: z.array(relatedView).describe('The course for narrower audiences'),
})

/** The public's view of a course: nothing of what editors and machines know of it besides. */
export function showEntry(entry: Entry, baseUrl: string): z.input<typeof entryView> {
  return {
    courseId: entry.courseId,
    slug: entry.slug,
    canonicalUrl: `${baseUrl}/courses/${entry.canonicalSlug}`,
    title: entry.title,
    description: entry.description,
    language: readLanguage(entry.language),
    targetGroup: entry.targetGroup,
    totalLessons: entry.totalLessons,
    version: `v${entry.version}`,
    seo: renameKeys(entry.seo, toCamelCase) as Seo,
    cta: entry.cta,
  }
}

export function showCourse(entry: Entry & { related: Related[] }, baseUrl: string): z.input<typeof courseView> {
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

/** The page of each other language: that of the generated entry, else of the oldest. */
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
