import { canonicalizeLanguage } from '@coursewire/events'
import slugify from '@sindresorhus/slugify'

export const slugShape = /^[a-z0-9_]+(-[a-z0-9_]+)*$/
export const MAX_SLUG_LENGTH = 100
/** Of a slug that we make; that leaves room for a number. */
const MAX_BUILT_LENGTH = 80

/** Names that are more than letters. */
const names = [
  ['C++', ' cpp '],
  ['C#', ' csharp '],
  ['.NET', ' dotnet '],
] as const

/**
 * Languages that write ä as ae where they have no ä, or do so in names. The library takes that for the rule of all it has no
 * other for, but elsewhere the dots only go.
 */
const writesUmlautsWithE = /^(de|gsw|bar|nds|lb|en|da|no|nb|nn)\b/

/**
 * The slug a title asks for, by the rules of the language it is in. A title that leaves nothing, in another script perhaps, gives
 * way to the course's id.
 */
export function buildSlug(title: string, courseId: string, language: string): string {
  // Nynorsk writes as Bokmål does, which alone the library knows.
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

/** In words, of characters that can be seen. */
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

/** The word between the last two of a list. */
function findAnd(locale: string): string {
  const [, between] = new Intl.ListFormat(locale).formatToParts(['a', 'b'])
  return between?.value ?? ''
}

/** `wanted`, or with the lowest number from 2 on that is not taken. */
export function chooseFreeSlug(wanted: string, taken: ReadonlySet<string>): string {
  let number = 1
  while (taken.has(formOf(wanted, number))) number += 1
  return formOf(wanted, number)
}

/** So many of what {@link chooseFreeSlug} may choose, in its order. */
export function listForms(wanted: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => formOf(wanted, index + 1))
}

function formOf(wanted: string, number: number): string {
  if (number === 1) return wanted
  const end = `-${number}`
  return wanted.slice(0, MAX_SLUG_LENGTH - end.length).replace(/-$/, '') + end
}
