import { describe, expect, it } from 'vitest'
import { buildQueries, listTerms } from './search-terms.ts'

const termsOf = (description: string, language: string) =>
  listTerms({ courseId: 'c', title: 't', description, language, targetGroup: [] })
const countTerms = (text: string) => buildQueries(text).join('').split("'").length >> 1
/** Without what only the whole title or the id may be. */
const wordsOf = (text: string) => buildQueries(text).map((query) => query.replaceAll(/'[=#][^']*'/g, ''))

describe('the terms of a text', () => {
  it('hold each word once as it is written, but for accents, and by its stems', () => {
    expect(termsOf('Die Übung: Übungen!', 'en')).toEqual(['#c', '=t', '^t', 't', 'die', 'ubung', 'ubungen'])
  })

  it('hold the parts of compounds, where the text is German', () => {
    expect(termsOf('Gartenbaukurse', 'de-AT')).toEqual(
      expect.arrayContaining(['gartenbaukurse', 'garten', 'bau', 'kurs']),
    )
    expect(termsOf('Gartenbaukurse', 'en')).not.toContain('bau')
    expect(termsOf('Arbeitsrecht Häuserbau', 'de')).toEqual(expect.arrayContaining(['arbeit', 'recht', 'haus', 'bau']))
    // No compounds, though words begin and end like nouns.
    expect(termsOf('Programmieren', 'de')).not.toContain('program')
  })

  it('are never longer than an index takes', () => {
    const long = '𝔊𠀀äﬃ'.repeat(5_000)
    for (const term of listTerms({ courseId: 'c', title: long, description: long, language: 'de', targetGroup: [] }))
      expect(Buffer.byteLength(term)).toBeLessThan(2_046)
  })

  it('are never more than a tsvector has room for', () => {
    const words = Array.from(
      { length: 307 },
      (_, index) => String.fromCodePoint(0xac00 + index) + '가나다라'.repeat(16),
    )
    const terms = termsOf(words.join(' '), 'ko')

    expect(terms).toEqual(expect.arrayContaining(['#c', '=t', '^t', 't']))
    expect(Buffer.byteLength(terms.join(''))).toBeLessThanOrEqual(1_000_000)
  })
})

it('titles that differ only in spelling compare as equal', () => {
  const exactTermOf = (title: string) => buildQueries(title)[0]?.split(' | ')[0]
  expect(exactTermOf(' ＧＲÖẞE – und Maß')).toBe(exactTermOf('groesse und mass'))
  expect(exactTermOf('IT-Sicherheit')).toBe(exactTermOf('IT Sicherheit'))
})

describe('a query', () => {
  it('takes equal words for one, however they are written', () => {
    expect(wordsOf('kurs '.repeat(40))).toEqual(wordsOf('kurs'))
    expect(wordsOf('Größe Groesse GRÖSSE grosse')).toEqual(wordsOf('Größe'))
  })

  it('has no more than twelve words, whatever is asked for', () => {
    const most = countTerms('programmierungen')
    const letters = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0x3b1 + index))
    const words = letters.map((letter, index) => `${letter}${index}`)
    const chains = [
      letters.join('-'),
      words.join('-'),
      words.toReversed().join(' '),
      'äöü-'.repeat(50),
      '花园设计'.repeat(50),
    ]
    for (const chain of chains) expect(countTerms(chain.slice(0, 200))).toBeLessThanOrEqual(12 * 2 * most)

    const twelve = words.slice(0, 12).join(' ')
    expect(wordsOf(`${twelve} kurs`).join()).not.toContain('kurs')
    expect(wordsOf(`der ${twelve.slice(0, -4)} und kurs`).join()).toContain('kurs')
  })

  it('leaves stop words out, unless there is nothing else', () => {
    expect(wordsOf('die einführung')).toEqual(wordsOf('einführung'))
    expect(wordsOf('it').join()).toContain("'it'")
  })
})
