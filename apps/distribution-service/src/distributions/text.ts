const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** In code points, as the limits of search engines and of our contract are meant. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}

/** The beginning of a text, at most `limit` code points long, that cuts no visible character apart. */
export function cutAtCharacter(text: string, limit: number): string {
  let kept = ''
  let length = 0
  for (const { segment } of graphemes.segment(text)) {
    length += countCharacters(segment)
    if (length > limit) break
    kept += segment
  }
  return kept.trimEnd()
}

/** The same, and cuts no word apart either, unless the first one alone is too long. */
export function cutAtWord(text: string, limit: number): string {
  const kept = cutAtCharacter(text, limit)
  if (kept === text.trimEnd() || /\s/.test(text.charAt(kept.length))) return kept
  const words = kept.replace(/\s+\S*$/u, '')
  return words === '' ? kept : words
}
