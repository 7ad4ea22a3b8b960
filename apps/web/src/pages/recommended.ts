import { tagsOfEntry } from '../events/tags.ts'
import type { Entry } from '../storefront/types.ts'
import type { CatalogueReader } from './catalogue.ts'
import type { RecommendationReader } from './recommendations.ts'

/** The number of courses that a page recommends, and of candidates: some may not be public any more. */
const MAX_RECOMMENDED = 6
const MAX_CANDIDATES = 12
/** A CDN reads no more. */
const MAX_TAGS = 50

/** From which answers the recommendations of a page were made. The ETag is null if there were none, or the catalogue could not be read. */
export interface Source {
  candidates: string[]
  etag: string | null
}

/**
 * Reads the courses to recommend on the page of a course. Which they may be is told from memory, but what is shown of them is read from the
 * catalogue each time, because one of them may have been taken back. If it cannot be read, none is shown. Resolves to `unchanged` if they are
 * still those that were made from `known`.
 */
export async function readRecommended(
  { catalogue, findAlsoChosen }: { catalogue: CatalogueReader; findAlsoChosen: RecommendationReader },
  { courseId, language }: { courseId: string; language: string },
  { tenantId, ip }: { tenantId: string; ip: string },
  known: Source | null,
): Promise<{ entries: Entry[]; source: Source } | 'unchanged'> {
  const candidates = (await findAlsoChosen({ tenantId, courseId })).slice(0, MAX_CANDIDATES)
  const areSame = known !== null && candidates.join() === known.candidates.join()
  const etag = areSame ? known.etag : null
  const found =
    candidates.length > 0
      ? await catalogue.listCourses(candidates, language, { tenantId, ip, etag }).catch(() => null)
      : null
  if (found !== null && typeof found === 'object' && 'document' in found) {
    const entries = candidates.flatMap((id) => found.document.items.find((entry) => entry.courseId === id) ?? [])
    return { entries, source: { candidates, etag: found.etag } }
  }
  const isUnchanged = found === 'unchanged' || (areSame && etag === null)
  return isUnchanged ? 'unchanged' : { entries: [], source: { candidates, etag: null } }
}

/** Recommends as many of the courses as a page can bear the tags of, beside its own. */
export function fitRecommended(ownTags: string[], candidates: Entry[]): { recommended: Entry[]; tags: string[] } {
  const room = Math.max(0, Math.floor((MAX_TAGS - ownTags.length) / 2))
  const recommended = candidates.slice(0, Math.min(MAX_RECOMMENDED, room))
  return { recommended, tags: [...ownTags, ...recommended.flatMap(tagsOfEntry)] }
}
