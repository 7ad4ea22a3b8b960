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

  const characters = [...graphemes.segment(start)]
  if (isWhole && characters.length <= maxCharacters) return text.toWellFormed()
  // Where the text goes on behind `start`, so may its last character. One that fills all of it is cut, whatever it is.
  const last = characters[Math.min(maxCharacters, characters.length) - 1]
  const end = characters.length === 1 ? start.length : last?.index
  return `${start.slice(0, end).trimEnd()}…`.toWellFormed()
}
