import type { Assets } from '../src/pages/assets.ts'
import { type Course, courseSchema, type Site } from '../src/storefront/types.ts'

export const site: Site = { name: 'Coursewire', origin: 'https://learn.example.org', tenant: 'acme' }

export const assets: Assets = {
  css: '/assets/storefront.css',
  script: '/assets/storefront.js',
  enrolling: '/assets/enrolling.js',
  boot: '/assets/boot.js',
  icon: '/assets/icon.svg',
  font: '/assets/font.woff2',
  early: '/assets/early.js',
  dashboard: '',
  scriptsOf: () => [],
}

type Fields = { [Name in keyof Course]?: unknown }

/** A public course as the API answers it, and the schema reads it. */
export function aCourse(fields: Fields = {}): Course {
  return courseSchema.parse({
    courseId: 'course_1',
    distributionId: 'dist_1',
    slug: 'sauerteig',
    canonicalUrl: 'https://learn.example.org/courses/sauerteig',
    title: 'Sauerteig für Anfänger',
    description: 'Vom Ansatz bis zum Brot.\n\nZwölf Abende in der eigenen Küche.\n\nEin Ofen genügt.',
    language: 'de',
    targetGroup: ['Hobbybäcker', 'Familien'],
    seo: { metaTitle: 'Sauerteig lernen', metaDescription: 'Brot backen in zwölf Lektionen.', metaKeywords: [] },
    cta: { label: 'Jetzt einschreiben', type: 'primary_button' },
    totalLessons: 12,
    version: 'v2',
    updatedAt: '2026-03-02T09:30:00.000000Z',
    workload: null,
    startsAt: null,
    alternatives: [],
    variants: [],
    ...fields,
  })
}

/** The same course in English, as a page in another language names it. */
export const inEnglish = {
  slug: 'sourdough',
  url: 'https://learn.example.org/courses/sourdough',
  title: 'Sourdough for beginners',
  language: 'en',
  targetGroup: ['Home bakers'],
}
