import {
  distributionCreated,
  distributionDeleted,
  distributionMicroNicheCreated,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
  distributionVersionBumped,
} from '@coursewire/events'
import { languages } from '../storefront/wording.ts'

/** As the catalogue writes an id into `cache-tag`, which allows 256 visible ASCII characters without commas. */
const toTag = (...parts: string[]) =>
  parts
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join(':')
    .slice(0, 256)

/** The tag of whatever an address shows that is no course: nothing, a redirect, or that the course is gone. */
export const slugTag = (tenantId: string, slug: string) => toTag('slug', tenantId, slug)
/** The tag of all lists in a language. */
export const listTag = (tenantId: string, language: string) => toTag('list', tenantId, language)

/** The tags of whatever shows a course as lists have it. */
export const tagsOfEntry = ({ distributionId, courseId }: { distributionId: string; courseId: string }) => [
  toTag(distributionId),
  toTag(courseId),
]

interface FollowedEvent {
  type: string
  payload: Record<string, unknown>
  meta: { tenant_id: string }
}

/** Pages of a course that do not show one of its distributions may begin to when one of these changes. */
const decidesWhereShown = ['language', 'listed', 'derived_from']

/** Which tags an event makes stale: every page that may show something else now has one of them. */
export function tagsOf(event: FollowedEvent): string[] {
  const tenantId = event.meta.tenant_id
  const ids = (...names: string[]) => readTexts(event.payload, names).map((id) => toTag(id))
  const slugs = (...names: string[]) => readTexts(event.payload, names).map((slug) => slugTag(tenantId, slug))
  const lists = languages.map((language) => listTag(tenantId, language))

  switch (event.type) {
    // It is private, and may have a slug that redirected to another course.
    case distributionCreated.type:
      return slugs('slug')
    // The other pages of its course begin to show it, or end.
    case distributionPublished.type:
    case distributionDeleted.type:
      return [...ids('distribution_id', 'course_id'), ...slugs('slug'), ...lists]
    case distributionUnpublished.type:
    case distributionVersionBumped.type:
      return [...ids('distribution_id'), ...slugs('slug'), ...lists]
    case distributionUpdated.type: {
      const values = [event.payload['old_values'], event.payload['new_values']]
      const both = values.flatMap((one) => readTexts(Object(one) as Record<string, unknown>, ['slug']))
      const fields = [event.payload['updated_fields']].flat()
      const course = decidesWhereShown.some((field) => fields.includes(field)) ? ids('course_id') : []
      return [...ids('distribution_id'), ...course, ...both.map((slug) => slugTag(tenantId, slug)), ...lists]
    }
    case distributionMicroNicheCreated.type:
      return [...ids('child_distribution_id', 'parent_distribution_id'), ...slugs('child_slug')]
    // Counts are on no page.
    default:
      return []
  }
}

/** The slug of a public course that an event is about, or that was public until then. Updates name none. */
export function publicSlugOf({ type, payload }: FollowedEvent): string | undefined {
  const types: string[] = [
    distributionPublished.type,
    distributionUnpublished.type,
    distributionDeleted.type,
    distributionVersionBumped.type,
  ]
  return types.includes(type) ? readTexts(payload, ['slug'])[0] : undefined
}

function readTexts(payload: Record<string, unknown>, names: string[]): string[] {
  return names.map((name) => payload[name]).filter((value) => typeof value === 'string')
}
