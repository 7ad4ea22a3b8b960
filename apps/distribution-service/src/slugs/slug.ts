import { canonicalizeLanguage } from '@coursewire/events'
import slugify from '@sindresorhus/slugify'

export const slugShape = /^[a-z0-9_]+(-[a-z0-9_]+)*$/
export const MAX_SLUG_LENGTH = 100
/** The length of a slug that we build. A number still fits behind it. */
const MAX_BUILT_LENGTH = 80

/** Names that hold more than letters. */
const names = [
  ['C++', ' cpp '],
  ['C#', ' csharp '],
  ['.NET', ' dotnet '],
] as const

/**
 * Languages that write ae for ä where there is no ä, or in names. The library does so in every language that it has no rule for,
 * but in the others only the dots go.
 */
const writesUmlautsWithE = /^(de|gsw|bar|nds|lb|en|da|no|nb|nn)\b/

/**
 * Builds the slug of a title by the rules of its language. If nothing of the title is left, because it is in another script for example, the
 * course's id is used.
 */
export function buildSlug(title: string, courseId: string, language: string): string {
  // The library knows Bokmål only, and Nynorsk is written by the same rules.
  const locale = (canonicalizeLanguage(language) ?? 'und').replace(/^nn\b/, 'nb')
  const slug =
    slugify(spell(title, locale), { locale, decamelize: false }) ||
    slugify(courseId, { preserveCharacters: ['_'] }) ||
    'course'
  if (slug.length <= MAX_BUILT_LENGTH) return slug
  return slug
    .slice(0, MAX_BUILT_LENGTH + 1)
    .replace(/-[^-]*$/, '')
    .slice(0, MAX_BUILT_LENGTH)
}

/** Spells the title in visible characters, with words for signs. */
function spell(title: string, locale: string): string {
  let text = title.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
  for (const [name, word] of names) text = text.replaceAll(name, word)
  if (text.includes('&')) text = text.replaceAll('&', ` ${findAnd(locale)} `)
  // Before it becomes ASCII: the lower case of a Turkish I has no dot.
  text = text.toLocaleLowerCase(locale)
  return writesUmlautsWithE.test(locale)
    ? text
    : text.replaceAll(/[äöü]/g, (letter) => letter.normalize('NFD').charAt(0))
}

/** The word for "and", which stands between the last two items of a list. */
function findAnd(locale: string): string {
  // English where ICU does not know the language: it would take the machine's.
  const [, between] = new Intl.ListFormat([locale, 'en']).formatToParts(['a', 'b'])
  return between?.value ?? ''
}

/** Returns `wanted`, or `wanted` with the lowest number from 2 on that is not taken. */
export function chooseFreeSlug(wanted: string, taken: ReadonlySet<string>): string {
  let number = 1
  while (taken.has(formOf(wanted, number))) number += 1
  return formOf(wanted, number)
}

/** Lists the first `count` slugs that {@link chooseFreeSlug} tries. */
export function listForms(wanted: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => formOf(wanted, index + 1))
}

function formOf(wanted: string, number: number): string {
  if (number === 1) return wanted
  const end = `-${number}`
  return wanted.slice(0, MAX_SLUG_LENGTH - end.length).replace(/-$/, '') + end
}
