import { z } from 'zod'
import { readLanguage } from '../db/language.ts'
import { cta, fullSeo } from '../entries/responses.ts'
import type { Entry, Related } from './repository.ts'

export const entryView = z.object({
  course_id: z.string(),
  slug: z.string(),
  canonical_url: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
  total_lessons: z.int().nullable(),
  version: z.string(),
  seo: fullSeo,
  cta,
})

const relatedView = z.object({
  slug: z.string(),
  url: z.string(),
  title: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
})

export const courseView = entryView.extend({
  alternatives: z.array(relatedView).describe('The course in other languages, one page for each'),
  variants: z.array(relatedView).describe('The course for narrower audiences'),
})

/** The public's view of a course: nothing of what editors and machines know of it besides. */
export function showEntry(entry: Entry, baseUrl: string): z.input<typeof entryView> {
  return {
    course_id: entry.courseId,
    slug: entry.slug,
    canonical_url: `${baseUrl}/courses/${entry.canonicalSlug}`,
    title: entry.title,
    description: entry.description,
    language: readLanguage(entry.language),
    target_group: entry.targetGroup,
    total_lessons: entry.totalLessons,
    version: `v${entry.version}`,
    seo: entry.seo,
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
      target_group: targetGroup,
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
