import { expect, test } from 'vitest'
import { chooseLocale, dropTurns, isolate, nameLanguage } from './wording.ts'

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
])('whoever has the locale %j is written to in %s', (locale, language) => {
  expect(chooseLocale(locale)).toBe(language)
})

test('a language is called as its reader calls it', () => {
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
  'a code without a name is not called: %j',
  (code) => {
    expect(nameLanguage(code, 'en')).toBeNull()
  },
)

test('only what is written from right to left is set apart', () => {
  for (const text of ['Rust', 'Größe', '日本語', 'Тест', '👩‍💻', '']) expect(isolate(text)).toBe(text)
  for (const text of ['עברית', 'Rust بالعربية', '\u{1e900}', '\ufefb'])
    expect(isolate(text)).toBe(`\u2068${text}\u2069`)
})

test('nothing turns what comes after it', () => {
  expect(dropTurns('\u202eRust\u202c \u2067Basics\u2066 \u200fعربي')).toBe('Rust Basics \u200fعربي')
})
