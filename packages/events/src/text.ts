import { z } from 'zod'

// Properties of Unicode (UAX 44). Default_Ignorable_Code_Point and Cf are what has no shape of its own: soft hyphens, zero-width
// spaces and joiners, variation selectors, direction controls, fillers. U+2800 is the braille pattern without a dot.
const whiteSpace = /\p{White_Space}+/gu
const lineBreak = /\r\n|[\v\f\r\u0085\u2028\u2029]/g
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u
const shapeless = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu
// Postgres holds no NUL and no half of a surrogate pair, and nobody means to write the others.
const control = /[\p{Cc}\p{Cs}]/gu
const controlButBreak = /[^\P{Cc}\n\t]|\p{Cs}/gu

/** Whether a reader sees nothing of the text: it is empty, or all white space and invisible characters. */
export function isBlank(text: string): boolean {
  return !visible.test(text)
}

/** In code points, as our contract and JSON Schema count. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** The text as one line: white space of every kind, line breaks included, becomes single spaces. Empty where it is blank. */
export function toLine(text: string): string {
  return isBlank(text) ? '' : text.replace(whiteSpace, ' ').trim()
}

/** The text with `\n` for every kind of line break, and nothing around it. Empty where it is blank. */
export function toText(text: string): string {
  return isBlank(text) ? '' : text.replace(lineBreak, '\n').trim()
}

/** What can be shown of a text as one line, whatever it holds: for what others stored, which no schema has seen. */
export function showLine(text: string): string {
  return toLine(text.replace(control, ' '))
}

/** The same as a text of several lines. */
export function showText(text: string): string {
  return toText(toText(text).replace(controlButBreak, ' '))
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

// The longest emoji have 15 UTF-16 units. A character may carry marks without end, which nobody needs to read.
const MAX_UNITS_PER_CHARACTER = 16

/**
 * The text, at most `maxCharacters` long as a reader counts them (grapheme clusters, UAX 29); what is longer ends with an
 * ellipsis. No character is cut apart, and half a surrogate pair becomes U+FFFD, so that the result can stand in any UTF-8.
 */
export function cutText(text: string, maxCharacters: number): string {
  const start = text.slice(0, maxCharacters * MAX_UNITS_PER_CHARACTER)
  const isWhole = start.length === text.length
  if (isWhole && start.length <= maxCharacters) return text.toWellFormed()

  // No more than are needed: segmenting takes time by the square of the length.
  const characters: Intl.SegmentData[] = []
  for (const character of graphemes.segment(start)) if (characters.push(character) > maxCharacters) break
  if (isWhole && characters.length <= maxCharacters) return text.toWellFormed()
  // Where the text goes on behind `start`, so may its last character. One that fills all of it is cut, whatever it is.
  const last = characters[Math.min(maxCharacters, characters.length) - 1]
  const end = characters.length === 1 ? start.length : last?.index
  return `${start.slice(0, end).trimEnd()}…`.toWellFormed()
}

/** A schema of one line of text, which it brings into the form of {@link toLine}. */
export function line(min: 0 | 1, max: number) {
  return shapedText(toLine, control, min, max)
}

/** A schema of text of several lines, which it brings into the form of {@link toText}. */
export function text(min: 0 | 1, max: number) {
  return shapedText(toText, controlButBreak, min, max)
}

// One check in place of three, as each costs as much as reading a title.
function shapedText(shape: (it: string) => string, forbidden: RegExp, min: number, max: number) {
  return z
    .string()
    .check((context) => {
      const shaped = shape(context.value)
      context.value = shaped
      const refuse = (message: string) => void context.issues.push({ code: 'custom', input: shaped, message })
      if (!isWithin(shaped, min, max)) refuse(`Must have ${min} to ${max} visible characters`)
      if (shaped.search(forbidden) >= 0) refuse('Holds a control character')
    })
    .meta({ minLength: min, maxLength: max })
}

function isWithin(it: string, min: number, max: number): boolean {
  // No text has more code points than units.
  return it.length >= min && (it.length <= max || countCharacters(it) <= max)
}

/** A short name for what something is about or for whom. */
export const tag = line(1, 200)
const MAX_TAGS = 50

const lookOf = (it: string) => it.replace(shapeless, '')

/** Keeps the first of those that look alike. */
function withoutRepeats(all: string[]): string[] {
  const looks = new Set(all.map(lookOf))
  return all.filter((it) => looks.delete(lookOf(it)))
}

/** A schema of tags, none of them twice. */
export const tags = z
  .array(tag)
  .max(MAX_TAGS)
  .refine((all) => withoutRepeats(all).length === all.length, 'Holds something twice')

/** The same for events of other systems: what is blank or repeated is left out. */
export const looseTags = z
  .array(line(0, 200))
  .overwrite((all) => withoutRepeats(all.filter((it) => it !== '')))
  .max(MAX_TAGS)

/** What a course may be called, and what may be said of it. An event has room for both, as they were and as they are. */
export const courseTitle = line(1, 500)
export const MAX_DESCRIPTION_LENGTH = 20_000
export const courseDescription = text(0, MAX_DESCRIPTION_LENGTH)
