import { canonicalizeLanguage } from '@coursewire/events'
import { readLanguage } from '../db/language.ts'

/** Readers get this language if there is nothing in their own. */
const DEFAULT_LANGUAGE = 'en'
/** How many of the languages that a reader accepts count. */
const MAX_ACCEPTED = 5

/** A tag with what it likely means: `zh-TW` is `zh-Hant-TW`. */
type Language = {
  tag: string
  /** Without extensions. */
  base: string
  /** With the likely script and region. */
  full: string
  languageAndScript: string
}

/** The languages of entries, by the keys that SQL compares. */
export type StoredLanguages = Map<string, Language>

export function readStoredLanguages(keys: string[]): StoredLanguages {
  return new Map(keys.map((key) => [key, describe(readLanguage(key))]))
}

function describe(tag: string): Language {
  if (canonicalizeLanguage(tag) === null) return { tag, base: tag, full: tag, languageAndScript: tag }
  const locale = new Intl.Locale(tag)
  const base = locale.baseName
  // CLDR takes an undetermined language for English; we take it for nothing else.
  if (/^und\b/.test(base)) return { tag, base, full: base, languageAndScript: base }
  const { baseName: full, language, script = '' } = locale.maximize()
  return { tag, base, full, languageAndScript: `${language}-${script}` }
}

/**
 * Returns the keys of the stored languages to show to a reader of `tag` (filtering by RFC 4647), in groups, the best first: the tag itself;
 * tags that likely mean the same; more general tags in the same script; the same language in the same script; more general or more specific
 * tags in another script; English. The number of groups depends only on the tag.
 */
export function chooseLanguages(tag: string, stored: StoredLanguages): string[][] {
  return group([tag, DEFAULT_LANGUAGE], stored)
}

/** Does the same for several tags, the most wanted first. The last group has all other languages. */
export function orderLanguages(tags: string[], stored: StoredLanguages): string[][] {
  const groups = tags.length === 0 ? [] : group([...tags, DEFAULT_LANGUAGE], stored)
  const grouped = new Set(groups.flat())
  return [...groups, [...stored.keys()].filter((key) => !grouped.has(key))]
}

function group(tags: string[], stored: StoredLanguages): string[][] {
  const left = new Map(stored)
  return tags.flatMap(listPreferences).map((isMeant) => {
    const keys = [...left].filter(([, language]) => isMeant(language)).map(([key]) => key)
    for (const key of keys) left.delete(key)
    return keys
  })
}

type Preference = (language: Language) => boolean

function listPreferences(tag: string): Preference[] {
  const asked = describe(tag)
  const isSame = (one: Language): Preference[] => [({ tag }) => tag === one.tag, ({ full }) => full === one.full]
  const ancestors = listAncestors(asked.base).map(describe)
  return [
    ...isSame(asked),
    ...ancestors.filter((one) => one.languageAndScript === asked.languageAndScript).flatMap(isSame),
    ({ languageAndScript }) => languageAndScript === asked.languageAndScript,
    ({ base }) => base.startsWith(`${asked.base}-`) || asked.base.startsWith(`${base}-`),
  ]
}

/** Lists the more general tags, the nearest first: `de-AT` and `de` for `de-AT-1996`. */
function listAncestors(base: string): string[] {
  const parts = base.split('-')
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join('-'))
}

/** Reads the languages of an Accept-Language header, the most wanted first. Unreadable ones are left out. */
export function readAcceptLanguage(header: string): string[] {
  const wanted = header
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  const tags = wanted.slice(0, MAX_ACCEPTED).map(({ tag }) => canonicalizeLanguage(tag))
  return [...new Set(tags.filter((tag) => tag !== null))]
}
