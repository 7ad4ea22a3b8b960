import { canonicalizeLanguage } from '@coursewire/events'
import type { BreadcrumbList, CourseInstance, ItemList, Course as SchemaCourse, WithContext } from 'schema-dts'
import type { Course, Site } from './types.ts'

export type StructuredData = WithContext<SchemaCourse> | WithContext<BreadcrumbList> | WithContext<ItemList>

/** Writes JSON for a script element: nothing in it can end the element or open a comment. */
export function writeJson(value: StructuredData): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Describes a course as Google's course list wants it: a name, a description and a provider. There are no offers, because the catalogue knows
 * no prices. https://developers.google.com/search/docs/appearance/structured-data/course
 */
export function describeCourse(course: Course, site: Site): WithContext<SchemaCourse> {
  const inLanguage = canonicalizeLanguage(course.language)
  return {
    '@context': 'https://schema.org',
    '@type': 'Course',
    name: course.title,
    description: course.seo.metaDescription || course.title,
    url: course.canonicalUrl,
    ...(inLanguage === null ? {} : { inLanguage }),
    ...(course.seo.ogImage === undefined ? {} : { image: course.seo.ogImage }),
    dateModified: course.updatedAt,
    audience: course.targetGroup.map((audienceType) => ({ '@type': 'EducationalAudience', audienceType })),
    provider: { '@type': 'Organization', name: site.name, url: site.origin },
    ...describeInstance(course),
  }
}

/** Google's course info wants to know how a course is held only with how much work it is. */
function describeInstance({ workload, startsAt }: Course): { hasCourseInstance?: CourseInstance } {
  if (workload === null && startsAt === null) return {}
  return {
    hasCourseInstance: {
      '@type': 'CourseInstance',
      courseMode: 'Online',
      ...(workload === null ? {} : { courseWorkload: workload }),
      ...(startsAt === null ? {} : { startDate: startsAt }),
    },
  }
}

export function describeTrail(trail: { name: string; url: string }[]): WithContext<BreadcrumbList> {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: trail.map(({ name, url }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name,
      item: url,
    })),
  }
}

/** Describes a list by the addresses of its courses, which say the rest of themselves. */
export function describeList(urls: string[]): WithContext<ItemList> {
  return {
    '@context': 'https://schema.org',
    '@type': 'ItemList',
    itemListElement: urls.map((url, index) => ({ '@type': 'ListItem', position: index + 1, url })),
  }
}
