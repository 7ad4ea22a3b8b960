import { z } from 'zod'

/** The languages of mails and pages. Each has a file with its words. */
export const languages = ['de', 'en'] as const

/** RFC 5646 requires room for at least 35 characters. */
const MAX_LENGTH = 63

/**
 * Returns the canonical form of a BCP 47 language tag as defined by ECMA-402: `de-AT` for `DE-at`, `he` for `iw`. Returns null if
 * ECMA-402 rejects the tag or it is longer than 63 characters.
 */
export function canonicalizeLanguage(tag: string): string | null {
  if (tag.length > MAX_LENGTH) return null
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(tag)
    return canonical.length > MAX_LENGTH ? null : canonical
  } catch {
    return null
  }
}

/** Registered tags that ECMA-402 rejects, and the tags that have replaced them (IANA language subtag registry). */
const replacedTags = new Map([
  ['en-gb-oed', 'en-GB-oxendict'],
  ['i-ami', 'ami'],
  ['i-bnn', 'bnn'],
  ['i-hak', 'hak'],
  ['i-klingon', 'tlh'],
  ['i-lux', 'lb'],
  ['i-navajo', 'nv'],
  ['i-pwn', 'pwn'],
  ['i-tao', 'tao'],
  ['i-tay', 'tay'],
  ['i-tsu', 'tsu'],
  ['no-bok', 'nb'],
  ['no-nyn', 'nn'],
  ['sgn-be-fr', 'sfb'],
  ['sgn-be-nl', 'vgt'],
  ['sgn-ch-de', 'sgg'],
  ['zh-min-nan', 'nan'],
])

/**
 * Returns the canonical tag that a text most likely stands for: `zh-CN` for `zh_CN`, `de-AT` for `de_AT.UTF-8`, `yue` for `zh-yue`,
 * and the tag itself if it is canonical. Returns null if no guess is possible.
 */
export function guessLanguage(text: string): string | null {
  const hyphenated = text
    .trim()
    .replace(/[.@].*$/s, '')
    .replaceAll('_', '-')
  // An extended language is also a language of its own with the same code, except for `min` (zh-min is not Minangkabau).
  const plain = hyphenated.replace(/^(?:ar|kok|lv|ms|sgn|sw|uz|zh)-(?!min\b)([a-z]{3})(?![a-z0-9])/i, '$1')
  return canonicalizeLanguage(replacedTags.get(hyphenated.toLowerCase()) ?? plain)
}

const tag = z.string().meta({ minLength: 2, maxLength: MAX_LENGTH, examples: ['de', 'de-AT', 'en'] })

/** A schema for BCP 47 language tags; returns the canonical form. A refusal names the tag to use, if one can be guessed. */
export const languageTag = tag.check((context) => {
  const canonical = canonicalizeLanguage(context.value)
  if (canonical !== null) {
    context.value = canonical
    return
  }
  const guess = guessLanguage(context.value)
  const message = guess === null ? 'Not a BCP 47 language tag' : `Not a BCP 47 language tag; use ${guess}`
  context.issues.push({ code: 'custom', input: context.value, message })
})

/** The same, but accepts any text that most likely stands for a tag. For events of other systems, which cannot be asked again. */
export const likelyLanguageTag = tag.check((context) => {
  const guess = guessLanguage(context.value)
  if (guess !== null) context.value = guess
  else context.issues.push({ code: 'custom', input: context.value, message: 'Not a BCP 47 language tag' })
})
