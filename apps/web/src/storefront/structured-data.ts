import type { BreadcrumbList, Course as SchemaCourse, WithContext } from 'schema-dts'
import type { Course } from '../mock/courses.ts'

/** JSON for a script element: nothing in it can end the element or open a comment. */
export const jsonForHtml = (value: unknown) =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

export function courseData(course: Course, site: { name: string; origin: string }): WithContext<SchemaCourse> {
  return {
    '@context': 'https://schema.org',
    '@type': 'Course',
    name: course.title,
    description: course.seo.meta_description,
    url: course.canonical_url,
    inLanguage: course.language,
    provider: { '@type': 'Organization', name: site.name, url: site.origin },
    audience: course.target_group.map((audienceType) => ({ '@type': 'Audience', audienceType })),
    hasCourseInstance: { '@type': 'CourseInstance', courseMode: 'Online', inLanguage: course.language },
    offers: { '@type': 'Offer', category: 'Free', price: 0, priceCurrency: 'EUR', url: course.canonical_url },
    ...(course.total_lessons ? { syllabusSections: { '@type': 'Syllabus', name: `${course.total_lessons}` } } : {}),
  } as WithContext<SchemaCourse>
}
export function breadcrumbs(trail: { name: string; url: string }[]): WithContext<BreadcrumbList> {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: trail.map((t, i) => ({ '@type': 'ListItem', position: i + 1, name: t.name, item: t.url })),
  }
}
