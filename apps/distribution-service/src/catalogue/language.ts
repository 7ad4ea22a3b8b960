const DEFAULT_LANGUAGE = 'en'

/**
 * What a reader of a language is shown, the best first: the language itself, what it is a kind of, and English (the lookup of
 * RFC 4647, section 3.4). As languages compare: in lower case.
 */
export function chooseLanguages(tag: string): string[] {
  const parts = tag.toLowerCase().replaceAll('_', '-').split('-')
  const ranges = parts.map((_, index) => parts.slice(0, parts.length - index).join('-'))
  return [...new Set([...ranges, DEFAULT_LANGUAGE])]
}
