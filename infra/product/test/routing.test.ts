import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { appNames } from '../src/product.ts'
import { findAppFor } from '../src/routing.ts'

const table = {
  web: { paths: ['/'] },
  catalogue: { paths: ['/api/courses'] },
  reviews: { paths: ['/api/courses/reviews'] },
}

test.each([
  ['/', 'web'],
  ['/de/kurse', 'web'],
  ['/api/courses', 'catalogue'],
  ['/api/courses/moss', 'catalogue'],
  ['/api/courses-of-old', 'web'],
  ['/api/courses/reviews', 'reviews'],
  ['/api/courses/reviews/1', 'reviews'],
  ['/api/courses/reviewsandmore', 'catalogue'],
])('%s is served by %s, which has the longest matching prefix', (path, app) => {
  expect(findAppFor(path, table)).toBe(app)
})

test('an unknown path is served by no app', () => {
  expect(findAppFor('/elsewhere', { catalogue: table.catalogue })).toBeNull()
})

// The pages have no internal paths: whoever asks for one there gets a 404.
test.each(appNames.filter((app) => existsSync(openapiOf(app))))(
  'the public reaches every operation of %s but the internal ones',
  (app) => {
    const { paths } = JSON.parse(readFileSync(openapiOf(app), 'utf8')) as { paths: Record<string, unknown> }

    for (const path of Object.keys(paths))
      expect([path, findAppFor(path)]).toEqual([path, isInternal(path) ? 'web' : app])
  },
)

const isInternal = (path: string) => path.startsWith('/internal/')

function openapiOf(app: string): URL {
  return new URL(`../../../apps/${app}/openapi.json`, import.meta.url)
}
