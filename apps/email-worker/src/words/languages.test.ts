import { expect, test } from 'vitest'
import { chooseLanguage, nameLanguage } from './languages.ts'

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['DE', 'de'],
  ['de_AT', 'de'],
  ['not a locale', 'en'],
  ['en', 'en'],
  ['den', 'en'],
  ['fr', 'en'],
  ['', 'en'],
  [null, 'en'],
  [undefined, 'en'],
])('a student with the locale %j gets mails in %s', (locale, language) => {
  expect(chooseLanguage(locale)).toBe(language)
})

test('a language is named in the language of the reader', () => {
  expect(nameLanguage('de', 'en')).toBe('German')
  expect(nameLanguage('de', 'de')).toBe('Deutsch')
  expect(nameLanguage('fr', 'de')).toBe('Französisch')
})

test.each([
  ['de-CH', 'Swiss High German'],
  ['zh-Hant', 'Traditional Chinese'],
  ['zh_TW', 'Chinese (Taiwan)'],
  ['iw', 'Hebrew'],
  ['de-AT-u-co-phonebk', 'Austrian German'],
  ['tr-x-house', 'Turkish'],
])('%s is called %s', (code, name) => {
  expect(nameLanguage(code, 'en')).toBe(name)
})

test.each(['not a language', 'xx', 'xx-DE', 'english', 'und', '', '<b>'])(
  'a language code without a name, such as %j, gives none',
  (code) => {
    expect(nameLanguage(code, 'en')).toBeNull()
  },
)
