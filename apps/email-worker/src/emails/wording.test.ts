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
])('a student with the locale %j gets mails in %s', (locale, language) => {
  expect(chooseLocale(locale)).toBe(language)
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

test('only right-to-left text is isolated', () => {
  for (const text of ['Rust', 'Größe', '日本語', 'Тест', '👩‍💻', '']) expect(isolate(text)).toBe(text)
  for (const text of ['עברית', 'Rust بالعربية', '\u{1e900}', '\ufefb'])
    expect(isolate(text)).toBe(`\u2068${text}\u2069`)
})

test('characters that change the text direction are removed', () => {
  expect(dropTurns('\u202eRust\u202c \u2067Basics\u2066 \u200fعربي')).toBe('Rust Basics \u200fعربي')
})
