import { expect, test } from 'vitest'
import { chooseLocale, nameLanguage } from './wording.ts'

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['DE', 'de'],
  ['en', 'en'],
  ['den', 'en'],
  ['fr', 'en'],
  ['', 'en'],
  [null, 'en'],
  [undefined, 'en'],
])('whoever has the locale %j is written to in %s', (locale, language) => {
  expect(chooseLocale(locale)).toBe(language)
})

test('a language is called as its reader calls it', () => {
  expect(nameLanguage('de', 'en')).toBe('German')
  expect(nameLanguage('de', 'de')).toBe('Deutsch')
  expect(nameLanguage('fr', 'de')).toBe('Französisch')
})

test('a code that is none stands as it is', () => {
  expect(nameLanguage('not a language', 'en')).toBe('not a language')
})
