import { expect, it } from 'vitest'
import { chooseLanguages } from './language.ts'

it.each([
  ['de-AT', ['de-at', 'de', 'en']],
  ['de_CH', ['de-ch', 'de', 'en']],
  ['zh-Hant-TW', ['zh-hant-tw', 'zh-hant', 'zh', 'en']],
  ['en-GB', ['en-gb', 'en']],
  ['EN', ['en']],
])('a reader of %s is shown %j', (tag, languages) => {
  expect(chooseLanguages(tag)).toEqual(languages)
})
