import { deriveContent } from './entries/content.ts'

/** The course that the examples in the API's description are about. */
export const exampleCourse = {
  title: 'Sourdough for beginners',
  description: 'From flour and water to a loaf.',
  language: 'en',
  targetGroup: ['beginners'],
  workload: 'PT20H',
  startsAt: '2026-03-02',
}
export const exampleContent = deriveContent(exampleCourse)
export const exampleMoment = '2026-03-02T09:30:00.000000Z'
