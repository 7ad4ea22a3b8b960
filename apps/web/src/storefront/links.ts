import { canonicalizeLanguage } from '@coursewire/events'
import { type Language, languages } from './wording.ts'

/** Half of a surrogate pair cannot be written in an address. */
const encode = (part: string) => encodeURIComponent(part.toWellFormed())

/** The feed of what is new in a course, which audit-log has. */
export const feedPath = (slug: string) => `/api/changelogs/${encode(slug)}/feed`

export const coursePath = (slug: string) => `/courses/${encode(slug)}`

export interface ListQuery {
  q?: string | undefined
  targetGroup?: string | undefined
  cursor?: string | undefined
}

export function listPath(language: Language, query: ListQuery = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [`${name}=${encode(value)}`] : []))
  return [`/${language}/courses`, given.join('&')].filter((part) => part !== '').join('?')
}

/** Where "Enroll" leads without JavaScript, and who is not signed in. */
export function enrollPath({
  courseId,
  distributionId,
  cta,
}: {
  courseId: string
  distributionId: string
  cta: { type: string }
}): string {
  return `/app/enroll/${encode(courseId)}?distributionId=${encode(distributionId)}&ctaType=${encode(cta.type)}`
}

/** The page on which somebody asks to be told of new courses for a target group. */
export const newsPath = (targetGroup: string) => `/app/news?targetGroup=${encode(targetGroup)}`

export interface Alternate {
  /** A language tag, or `x-default`. */
  language: string
  url: string
}

/**
 * Returns the same page in all its languages, as search engines want them on each of these pages and in the sitemap: the page itself included,
 * and `x-default` for readers of all other languages. A page in one language has none.
 */
export function listAlternates(pages: Alternate[]): Alternate[] {
  const byLanguage = new Map<string, string>()
  for (const { language, url } of pages) {
    const tag = canonicalizeLanguage(language)
    if (tag !== null && !byLanguage.has(tag)) byLanguage.set(tag, url)
  }
  if (byLanguage.size < 2) return []
  const tags = [...byLanguage.keys()].sort()
  // Each of the pages must name the same one.
  const preferred = ['en', ...languages].find((tag) => byLanguage.has(tag)) ?? tags[0]
  return [...tags, preferred].map((tag, index) => ({
    language: index < tags.length ? String(tag) : 'x-default',
    url: byLanguage.get(String(tag)) ?? '',
  }))
}
