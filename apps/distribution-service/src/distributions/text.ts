const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** In code points, as the limits of search engines and of our contract are meant. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}

/** The beginning of a text, at most `limit` code points long, that cuts no visible character apart. */
export function cutAtCharacter(text: string, limit: number): string {
  let end = 0
  for (let count = 0; count < limit && end < text.length; count += 1) end += lengthAt(text, end)
  if (end === text.length) return text.trimEnd()
  // Whether a visible character ends here says what comes before and the next code point: to look at all of a text takes long.
  const cut = graphemes.segment(text.slice(0, end + lengthAt(text, end))).containing(end)
  return text.slice(0, cut?.index).trimEnd()
}

/** Of the code point there, in the units that strings count in. */
const lengthAt = (text: string, index: number) => ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)

/** The same, and cuts no word apart either, unless the first one alone is too long. */
export function cutAtWord(text: string, limit: number): string {
  const kept = cutAtCharacter(text, limit)
  if (kept === text.trimEnd() || /\s/.test(text.charAt(kept.length))) return kept
  const words = kept.replace(/\s+\S*$/u, '')
  return words === '' ? kept : words
}
