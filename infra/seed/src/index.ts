export { imagineCourse } from './imagined-course.ts'
export { createSeed } from './seed.ts'
export { seedCatalogue } from './seed-catalogue.ts'
export type { Entry } from './seed-census.ts'
