import { readFileSync } from 'node:fs'

const MIN_PART = 3
/** Longer ones take long, and nobody looks for their parts. */
const MAX_COMPOUND = 40
/** The letters that join two parts of a compound, or that end a plural or a case. */
const endings = ['', 'e', 'n', 's', 'en', 'er', 'es', 'ern']

/** The first lines say whose list it is. */
const nouns = new Set(readFileSync(new URL('../../data/german-nouns.txt', import.meta.url), 'utf8').split('\n'))

function isNoun(part: string): boolean {
  // Or one that has lost its e: schul of schule.
  return (
    (part.length > MIN_PART && nouns.has(`${part}e`)) ||
    endings.some((ending) => part.endsWith(ending) && nouns.has(part.slice(0, part.length - ending.length)))
  )
}

/** The nouns in a German compound that is nothing but nouns: gartenbau, garten, bau and kurse of gartenbaukurse. */
export function splitCompound(word: string): string[] {
  if (word.length > MAX_COMPOUND) return []
  const heads: [string, string][] = []
  for (let end = MIN_PART; end <= word.length - MIN_PART; end += 1) {
    if (isNoun(word.slice(0, end))) heads.push([word.slice(0, end), word.slice(end)])
  }
  const pairs = heads.filter(([, rest]) => isNoun(rest)).flat()
  if (pairs.length > 0) return [...pairs, ...pairs.flatMap(splitCompound)]
  return heads.flatMap(([head, rest]) => {
    const parts = splitCompound(rest)
    return parts.length > 0 ? [head, ...parts] : []
  })
}
