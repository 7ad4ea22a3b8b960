import { describe, expect, it } from 'vitest'
import { chooseLanguages, orderLanguages, readAcceptLanguage, readStoredLanguages } from './language.ts'

const choose = (tag: string, ...keys: string[]) =>
  chooseLanguages(tag, readStoredLanguages(keys)).filter((group) => group.length > 0)

describe('a reader who asks for a language', () => {
  it.each([
    ['de', ['en', 'de-ch', 'de', 'de-at', 'fr'], [['de'], ['de-ch', 'de-at'], ['en']]],
    ['de-AT', ['en', 'de', 'de-ch', 'de-at', 'de-de'], [['de-at'], ['de'], ['de-de'], ['de-ch'], ['en']]],
    ['en-GB', ['en', 'en-us', 'en-au', 'en-gb'], [['en-gb'], ['en'], ['en-us'], ['en-au']]],
    ['fr', ['en-gb', 'de', 'en'], [['en'], ['en-gb']]],
    ['de-AT-1996', ['de', 'de-at'], [['de-at'], ['de']]],
    ['de-AT-u-co-phonebk', ['de', 'de-at', 'de-x-house'], [['de-at'], ['de'], ['de-x-house']]],
    ['ja', ['de', 'fr'], []],
  ])('asks for %s and, of %j, is shown %j', (tag, stored, groups) => {
    expect(choose(tag, ...stored)).toEqual(groups)
  })

  it.each([
    ['zh-TW', ['zh', 'zh-hant', 'zh-hk', 'zh-hans-sg'], [['zh-hant'], ['zh-hk'], ['zh']]],
    ['zh', ['zh-hant', 'zh-cn', 'zh-sg'], [['zh-cn'], ['zh-sg'], ['zh-hant']]],
    ['sr', ['sr-latn', 'sr-cyrl', 'sr-me'], [['sr-cyrl'], ['sr-latn', 'sr-me']]],
    ['und', ['en', 'de', 'und'], [['und'], ['en']]],
    ['fr', ['und', 'en'], [['en']]],
  ])('asks for %s and, of %j, is shown %j by likely subtags', (tag, stored, groups) => {
    expect(choose(tag, ...stored)).toEqual(groups)
  })

  it.each([
    ['he', ['iw', 'he', 'ji'], [['iw', 'he']]],
    ['zh-CN', ['zh_cn', 'zh-cn', 'not a language'], [['zh_cn', 'zh-cn']]],
  ])('asks for %s and, of %j stored in old forms, is shown %j', (tag, stored, groups) => {
    expect(choose(tag, ...stored)).toEqual(groups)
  })

  it('has the same number of groups whatever is published, so that a page continues where the previous one ended', () => {
    const count = (...keys: string[]) => chooseLanguages('zh-Hant-TW', readStoredLanguages(keys)).length

    expect(count('en', 'zh', 'zh-hk', 'zh-hant', 'de')).toBe(count())
  })
})

it('a reader who accepts several languages is shown all languages, the accepted ones first', () => {
  const stored = readStoredLanguages(['en', 'ja', 'de', 'fr-ca', 'it', 'fr'])

  expect(orderLanguages(['fr-CH', 'de'], stored).filter((group) => group.length > 0)).toEqual([
    ['fr'],
    ['fr-ca'],
    ['de'],
    ['en'],
    ['ja', 'it'],
  ])
})

it.each([
  ['de-at', ['de-AT']],
  ['fr;q=0.5, de , en;q=0.9', ['de', 'en', 'fr']],
  ['de;q=0, en', ['en']],
  ['*', []],
  ['de, *;q=0.1', ['de']],
  ['iw, he;q=0.5', ['he']],
  ['', []],
  ['de;q=x, ;;, zh_CN, \u00e4, en', ['en']],
  ['a1, a2, a3, a4, a5, de', []],
])('the header %j accepts %j', (header, languages) => {
  expect(readAcceptLanguage(header)).toEqual(languages)
})

it('only the beginning of an endless header is read', () => {
  expect(readAcceptLanguage(`${'de, '.repeat(5_000)}en;q=0.5`)).toEqual(['de'])
})
