import { z } from 'zod'

// Unicode properties (UAX 44). Default_Ignorable_Code_Point and Cf cover the characters without a shape: soft hyphens, zero-width
// spaces and joiners, variation selectors, direction controls, fillers. U+2800 is the braille pattern without a dot.
const whiteSpace = /\p{White_Space}+/gu
const lineBreak = /\r\n|[\v\f\r\u0085\u2028\u2029]/g
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u
const shapeless = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu
// Postgres stores neither NUL nor unpaired surrogates, and nobody writes the other ones on purpose.
const control = /[\p{Cc}\p{Cs}]/gu
const controlButBreak = /[^\P{Cc}\n\t]|\p{Cs}/gu

/** Whether a reader sees nothing: the text is empty or has only white space and invisible characters. */
export function isBlank(text: string): boolean {
  return !visible.test(text)
}

/** Counts code points, as our contract and JSON Schema do. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Returns the text as one line: all white space, including line breaks, becomes single spaces. A blank text becomes empty. */
export function toLine(text: string): string {
  return isBlank(text) ? '' : text.replace(whiteSpace, ' ').trim()
}

/** Returns the trimmed text with `\n` for every kind of line break. A blank text becomes empty. */
export function toText(text: string): string {
  return isBlank(text) ? '' : text.replace(lineBreak, '\n').trim()
}

/** Returns the displayable part of any text as one line. For stored text that no schema has checked. */
export function showLine(text: string): string {
  return toLine(text.replace(control, ' '))
}

/** Returns the displayable part of any text as several lines. */
export function showText(text: string): string {
  return toText(toText(text).replace(controlButBreak, ' '))
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

// The longest emoji have 15 UTF-16 units. A character can have any number of combining marks, but nobody needs to read them.
const MAX_UNITS_PER_CHARACTER = 16

/**
 * Cuts the text to at most `maxCharacters` as a reader counts them (grapheme clusters, UAX 29) and ends a cut text with an
 * ellipsis. It never cuts within a character, and replaces unpaired surrogates by U+FFFD, so that the result is valid in UTF-8.
 */
export function cutText(text: string, maxCharacters: number): string {
  const start = text.slice(0, maxCharacters * MAX_UNITS_PER_CHARACTER)
  const isWhole = start.length === text.length
  if (isWhole && start.length <= maxCharacters) return text.toWellFormed()

  // Stops at the limit, because the time for segmenting grows with the square of the length.
  const characters: Intl.SegmentData[] = []
  for (const character of graphemes.segment(start)) if (characters.push(character) > maxCharacters) break
  if (isWhole && characters.length <= maxCharacters) return text.toWellFormed()
  // If the text continues after `start`, its last character may continue too. If one character fills `start`, it is cut anyway.
  const last = characters[Math.min(maxCharacters, characters.length) - 1]
  const end = characters.length === 1 ? start.length : last?.index
  return `${start.slice(0, end).trimEnd()}…`.toWellFormed()
}

// Without the punctuation that ends a sentence or a bracket.
const link = /([a-z][a-z\d+.-]*:\/\/[^\s<>"“”„»«]*[^\s<>"“”„»«'’.,;:!?)\]}])/i

/** Splits a text into its links, of any scheme, and what stands between them. */
export function splitAtLinks(text: string): { text: string; isLink: boolean }[] {
  return text.split(link).map((part, index) => ({ text: part, isLink: index % 2 === 1 }))
}

/** A schema for one line of text. It returns the form of {@link toLine}. */
export function line(min: 0 | 1, max: number) {
  return shapedText(toLine, control, min, max)
}

/** A schema for text of several lines. It returns the form of {@link toText}. */
export function text(min: 0 | 1, max: number) {
  return shapedText(toText, controlButBreak, min, max)
}

// One check instead of three, because each check takes as long as reading a title.
function shapedText(shape: (text: string) => string, forbidden: RegExp, min: number, max: number) {
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

function isWithin(text: string, min: number, max: number): boolean {
  // Counting is only needed above the limit: a text never has more code points than UTF-16 units.
  return text.length >= min && (text.length <= max || countCharacters(text) <= max)
}

/** A short name for a subject or an audience. */
export const tag = line(1, 200)
const MAX_TAGS = 50

const lookOf = (tag: string) => tag.replace(shapeless, '')

/** Keeps the first of several tags that look the same. */
function withoutRepeats(all: string[]): string[] {
  const looks = new Set(all.map(lookOf))
  return all.filter((tag) => looks.delete(lookOf(tag)))
}

/** A schema for a list of tags without repeats. */
export const tags = z
  .array(tag)
  .max(MAX_TAGS)
  .refine((all) => withoutRepeats(all).length === all.length, 'Holds something twice')

/** The same for events of other systems: it drops blank and repeated tags. */
export const looseTags = z
  .array(line(0, 200))
  .overwrite((all) => withoutRepeats(all.filter((tag) => tag !== '')))
  .max(MAX_TAGS)

/** The limits leave room in one event for the old and the new title and description of a course. */
export const courseTitle = line(1, 500)
export const MAX_DESCRIPTION_LENGTH = 20_000
export const courseDescription = text(0, MAX_DESCRIPTION_LENGTH)
