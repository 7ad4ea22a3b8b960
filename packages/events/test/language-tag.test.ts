import { describe, expect, it } from 'vitest'
import { canonicalizeLanguage, courseGenerationCompleted, languageTag } from '../src/index.ts'

describe('a language tag', () => {
  it.each([
    ['DE-at', 'de-AT'],
    ['iw', 'he'],
    ['en-UK', 'en-GB'],
    ['cmn-hant-tw', 'zh-Hant-TW'],
    ['sl-Latn-IT-rozaj-nedis', 'sl-Latn-IT-nedis-rozaj'],
    ['de-Latn-CH-1996-u-co-phonebk-x-house', 'de-Latn-CH-1996-u-co-phonebk-x-house'],
  ])('%s has the canonical form %s', (tag, canonical) => {
    expect(canonicalizeLanguage(tag)).toBe(canonical)
    expect(languageTag.parse(tag)).toBe(canonical)
    expect(languageTag.parse(canonical)).toBe(canonical)
  })

  it.each([
    ['zh_CN', 'zh-CN'],
    ['de_AT.UTF-8', 'de-AT'],
    [' de ', 'de'],
    ['sr@latin', 'sr'],
    ['zh-yue-HK', 'yue-HK'],
    ['zh-cmn', 'zh'],
    ['zh-min-nan', 'nan'],
    ['no-bok', 'nb'],
    ['i-klingon', 'tlh'],
  ])('%j is refused in favour of %s, and is read as that in events of other systems', (text, tag) => {
    expect(languageTag.safeParse(text).error?.issues).toMatchObject([
      { message: `Not a BCP 47 language tag; use ${tag}` },
    ])
    expect(readEventIn(text).data?.language).toBe(tag)
  })

  it.each([
    '',
    'a',
    'not a language',
    'zh-min',
    'x-house',
    'de-',
    '日本語',
    'de-'.repeat(30),
    `de${'-x1234567'.repeat(9)}`,
  ])('%j is refused everywhere', (text) => {
    expect(languageTag.safeParse(text).error?.issues).toMatchObject([{ message: 'Not a BCP 47 language tag' }])
    expect(readEventIn(text).success).toBe(false)
  })
})

const readEventIn = (language: string) =>
  courseGenerationCompleted.payload.safeParse({
    course_id: 'course_1',
    title: 'Gardens',
    language,
    completed_at: '2026-01-01T00:00:00Z',
  })
