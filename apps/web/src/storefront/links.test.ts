import { expect, it } from 'vitest'
import { listAlternates, listPath } from './links.ts'

const pages = (...languages: string[]) =>
  languages.map((language) => ({ language, url: `https://x.example/${language}` }))
const read = (...languages: string[]) => listAlternates(pages(...languages)).map(({ language, url }) => [language, url])

it.each([
  [['de', 'en'], 'en'],
  [['fr', 'de'], 'de'],
  [['it', 'fr'], 'fr'],
])('pages in %j have the one in %s for everybody else, whichever is asked', (languages, expected) => {
  const all = [...languages].sort().map((language) => [language, `https://x.example/${language}`])

  expect(read(...languages)).toEqual([...all, ['x-default', `https://x.example/${expected}`]])
  expect(read(...languages.toReversed())).toEqual(read(...languages))
})

it('a page in one language, or in none that search engines know, has no other', () => {
  expect(read('de')).toEqual([])
  expect(read('de', 'de')).toEqual([])
  expect(read('de', 'not a language')).toEqual([])
})

it('only what is asked for is in the address of a list', () => {
  expect(listPath('de')).toBe('/de/courses')
  expect(listPath('en', { q: '', targetGroup: undefined })).toBe('/en/courses')
  expect(listPath('en', { q: 'a b&c', targetGroup: 'R&D', cursor: '1.0.x' })).toBe(
    '/en/courses?q=a%20b%26c&targetGroup=R%26D&cursor=1.0.x',
  )
})
