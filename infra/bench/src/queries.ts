import type { Entry } from './entries.ts'

const EACH = 40
/** The share of entries that contain a common word. */
const COMMON_SHARE = 0.1
const RARE_SHARE = 0.001
/** A stride that spreads the picked words. */
const STEP = 7_919

/**
 * Builds searches that all find something: any word, two words of a title, words that many or few entries contain, a word that is still
 * being typed, and umlauts typed on keyboards without them. The kinds take turns.
 */
export function createQueries(entries: Entry[]): string[] {
  const holders = countHolders(entries)
  const words = [...holders.keys()]
  const distance = (word: string) => Math.abs((holders.get(word) ?? 0) / entries.length - COMMON_SHARE)
  const common = words.toSorted((a, b) => distance(a) - distance(b)).slice(0, EACH / 2)
  const rare = words.filter((word) => (holders.get(word) ?? 0) <= entries.length * RARE_SHARE)
  const withUmlaut = words.filter((word) => /[äöü]/.test(word))

  function pair(number: number): [string, string] {
    const [first = '', ...others] = wordsIn(pick(entries, number).title)
    return [first, pick(others, number)]
  }
  const kinds = [
    (number: number) => pick(words, number),
    (number: number) => pair(number).join(' '),
    (number: number) => pick(common, number),
    (number: number) => pick(rare, number),
    (number: number) => {
      const [first, last] = pair(number + EACH)
      return `${first} ${last.slice(0, Math.max(3, last.length >> 1))}`
    },
    (number: number) => respell(pick(withUmlaut, number), number),
  ]
  return Array.from({ length: EACH }, (_, number) => kinds.map((build) => build(number))).flat()
}

function countHolders(entries: Entry[]): Map<string, number> {
  const holders = new Map<string, number>()
  for (const { title, description } of entries) {
    for (const word of wordsIn(`${title} ${description}`)) holders.set(word, (holders.get(word) ?? 0) + 1)
  }
  return holders
}

function wordsIn(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/\p{Letter}{3,}/gu))]
}

/** Writes umlauts with an e, without dots, or with combining dots. */
function respell(word: string, number: number): string {
  const apart = word.normalize('NFD')
  return [apart.replaceAll('\u0308', 'e'), apart.replaceAll('\u0308', ''), apart][number % 3] ?? word
}

function pick<Item>(items: Item[], number: number): Item {
  return items[(number * STEP) % items.length] as Item
}
