import type { Entry, Related } from './repository.ts'

// CloudFront ignores more tags, and longer ones.
const MAX_TAGS = 50
const MAX_LENGTH = 256

/** How many other pages a page shows: there is a tag for each, beside those of the page itself, its course and its parent. */
export const MAX_RELATED = MAX_TAGS - 3

/** Tags are visible ASCII without commas. Ids with the same beginning may share a tag, which only drops more than it must. */
const toTag = (id: string) => encodeURIComponent(id).slice(0, MAX_LENGTH)

/** The ids of everything that a page shows or that decides its canonical URL. An event about any of them makes the page stale. */
export function tagPage({ distributionId, courseId, parentId }: Entry, related: Related[]): string {
  const ids = [distributionId, courseId, ...(parentId === null ? [] : [parentId])]
  return [...ids, ...related.map((page) => page.distributionId)].map(toTag).join(',')
}

/** The one tag of a list: whatever is published may change every list of a tenant. Without a language the tag has `*`. */
export function tagList(tenantId: string, language = '*'): string {
  return `list:${tenantId}:${toTag(language)}`
}
