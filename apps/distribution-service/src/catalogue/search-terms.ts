import { stemmer as stemEnglish } from '@orama/stemmers/english'
import { stemmer as stemGerman } from '@orama/stemmers/german'
import { stopwords as englishStopWords } from '@orama/stopwords/english'
import { stopwords as germanStopWords } from '@orama/stopwords/german'
import type { Distribution } from '../entries/distribution.ts'
import { splitCompound } from './compounds.ts'

/** A search uses this many words and ignores the rest, so that nobody can make it expensive. */
const MAX_WORDS = 12
/** No word is longer, and an index takes no term of more than 2 KB. */
const MAX_LETTERS = 64
const MAX_TITLE = 400
/** A tsvector has room for 1 MB, and array_to_tsvector does not say when there is more. */
const MAX_BYTES = 1_000_000

const stopWords = new Set([...englishStopWords, ...germanStopWords])
const namesWithSigns: [RegExp, string][] = [
  [/(?<!\p{L})c\+\+/gu, 'cpp'],
  [/(?<!\p{L})c#/gu, 'csharp'],
  [/(?<![\p{L}\p{N}])\.net(?!\p{L})/gu, 'dotnet'],
]
const chainOfWords = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:\p{Pd}[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu
/** Written without spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u
const hangul = /^\p{sc=Hang}{2,}$/u
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

const plainLetters = new Map(
  'ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ħ:h ı:i ς:σ'.split(' ').map((pair) => pair.split(':') as [string, string]),
)

/** Words that hyphens join, and what they are without hyphens. */
type Chain = { words: string[]; joined: string | null }

/** The lower-case words of a text. Full-width letters and ligatures are as their plain ones. */
function readChains(text: string): Chain[] {
  // A sign such as ™ is no part of the word before it, which the normalisation would make it.
  let plain = text.replaceAll(/\p{So}/gu, ' ').normalize('NFKC')
  plain = plain.toLowerCase().replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
  for (const [name, word] of namesWithSigns) plain = plain.replaceAll(name, word)
  return (plain.match(chainOfWords) ?? []).map((chain) => {
    const parts = chain.split(/\p{Pd}/u)
    return { words: parts.flatMap(cutRun).map(shorten), joined: parts.length > 1 ? shorten(parts.join('')) : null }
  })
}

function cutRun(run: string): string[] {
  if (!unspaced.test(run)) return [run]
  // In pieces, as it takes a time that grows with the square of the length.
  const segments = (run.match(/.{1,200}/gsu) ?? []).flatMap((piece) => [...segmenter.segment(piece)])
  return segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
}

const shorten = (word: string) => (word.length > MAX_LETTERS ? Array.from(word).slice(0, MAX_LETTERS).join('') : word)

/** Without accents, dots and strokes. */
function toPlain(word: string): string {
  const letters = Array.from(word.normalize('NFD')).filter((letter) => !/[\u0300-\u036f]/.test(letter))
  return letters
    .map((letter) => plainLetters.get(letter) ?? letter)
    .join('')
    .normalize('NFC')
}

/** Größe, Grösse, Groesse and Grosse are one. */
const fold = (word: string) => toPlain(word).replaceAll(/([aou])e/g, '$1')
/** Does the same, but neue, Bauer and Quelle stay as they are, because their stems end there. */
const foldForStem = (plain: string) => plain.replaceAll(/(?<![aeiouq])([aou])e/g, '$1')

/** The terms of a word: the word itself, its German stem and its English stem. */
function listForms(word: string): [string, ...string[]] {
  const [folded, plain] = [fold(word), toPlain(word)]
  const stems = new Set([stemGerman(foldForStem(plain)), stemEnglish(plain)])
  stems.delete(folded)
  return [folded, ...stems]
}

/** The terms of all words of a text. */
function readTerms(text: string, language: string): string[] {
  const isGerman = /^de\b/i.test(language)
  const words = new Set(readChains(text).flatMap(({ words, joined }) => (joined === null ? words : [...words, joined])))
  const parts = [...words].flatMap((word) => [
    word,
    ...(isGerman ? splitCompound(foldForStem(toPlain(word))) : []),
    ...(hangul.test(word) ? listEnds(word) : []),
  ])
  return [...new Set(parts.flatMap(listForms))]
}

/** Korean writes words together of which nothing tells where they begin. */
const listEnds = (word: string) => Array.from({ length: word.length - 2 }, (_, index) => word.slice(index + 1))

// Terms of other kinds begin with a sign that no word has.
const toTitleTerm = (term: string) => `^${term}`
const toIdTerm = (courseId: string) => `#${courseId}`

/** The term for a whole title, with its words in order. Null if it has no words. */
function toExactTerm(title: string): string | null {
  const words = readChains(title).flatMap(({ words }) => words.map(fold))
  return words.length === 0 ? null : `=${Array.from(words.join(' ')).slice(0, MAX_TITLE).join('')}`
}

/** The terms of an entry: its course's id, its whole title, the words of its title, and the words of all its texts. */
export function listTerms(
  entry: Pick<Distribution, 'courseId' | 'title' | 'description' | 'language' | 'targetGroup'>,
): string[] {
  const { courseId, title, description, language, targetGroup } = entry
  const exact = toExactTerm(title)
  const terms = [
    toIdTerm(courseId),
    ...(exact === null ? [] : [exact]),
    ...readTerms(title, language).map(toTitleTerm),
    ...readTerms([title, description, ...targetGroup].join('\n'), language),
  ]
  let room = MAX_BYTES
  return terms.filter((term) => {
    room -= Buffer.byteLength(term)
    return room >= 0
  })
}

/**
 * Builds the queries of a search, the best matches first. No entry matches two of them. The first finds the title as a whole or the
 * course with that id, the second titles with all of the words, the third all of the words anywhere. A word matches in any of its forms,
 * and the last word also as a beginning. Equal words count once, and only the first twelve count. Stop words are left out, unless there
 * is nothing else.
 */
export function buildQueries(text: string): string[] {
  const title = toExactTerm(text)
  const exact = [...(title === null ? [] : [title]), toIdTerm(text)].map(quote).join(' | ')
  const words = buildQuery(text)
  if (words === '') return [exact]
  const inTitle = buildQuery(text, toTitleTerm)
  return [exact, `(${inTitle}) & !(${exact})`, `(${words}) & !(${inTitle}) & !(${exact})`]
}

/** Asks for the entries of these courses. */
export const buildCourseQuery = (courseIds: string[]): string => courseIds.map((id) => quote(toIdTerm(id))).join(' | ')

/** Asks for the entries of a tenant in any of these languages, by their keys. Of a long key the beginning is enough for an index. */
export function buildPlaceQuery(tenantId: string, languages: string[]): string {
  return languages.map((key) => quote(`@${tenantId}/${shorten(key)}`)).join(' | ')
}

function buildQuery(text: string, toKind = (term: string) => term): string {
  const chains = readChains(text)
  const written = chains.flatMap(({ words }) => words)
  const last = fold(written.at(-1) ?? '')
  const isEachStopWord = written.every((word) => stopWords.has(word))
  const counted = new Set<string>()

  function isCounted(word: string): boolean {
    const folded = fold(word)
    const isLeftOut = stopWords.has(word) && !isEachStopWord
    if (isLeftOut || counted.has(folded) || counted.size === MAX_WORDS) return false
    counted.add(folded)
    return true
  }
  function toQuery(word: string, isLast: boolean): string {
    const [folded, ...stems] = listForms(word)
    const isBeginning = hangul.test(word) || (isLast && folded.length > 1)
    const others = isBeginning ? stems.filter((stem) => !stem.startsWith(folded)) : stems
    const [first, ...rest] = [folded, ...others].map((term) => quote(toKind(term)))
    return anyOf([isBeginning ? `${first}:*` : `${first}`, ...rest])
  }

  const all = chains.flatMap(({ words, joined }) => {
    const apart = words.filter(isCounted).map((word) => toQuery(word, fold(word) === last))
    if (apart.length === 0) return []
    if (joined === null) return apart
    return anyOf([`(${apart.join(' & ')})`, toQuery(joined, fold(words.at(-1) ?? '') === last)])
  })
  return all.join(' & ')
}

const anyOf = (queries: string[]) => `(${queries.join(' | ')})`
const quote = (term: string) => `'${term.replaceAll(/['\\]/g, '$&$&')}'`
