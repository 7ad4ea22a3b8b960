import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { cutText } from './text.ts'

const family = '👨‍👩‍👧‍👦'

test('a text is cut between characters, as a reader counts them', () => {
  expect(cutText('👍👍👍', 3)).toBe('👍👍👍')
  expect(cutText('äöü👍👍', 4)).toBe('äöü…')
  expect(cutText('one two three', 5)).toBe('one…')
  expect(cutText(family.repeat(60), 60)).toBe(family.repeat(60))
  expect(cutText(`XX${family.repeat(60)}`, 30)).toBe(`XX${family.repeat(27)}…`)
})

test('marks without end on one character are cut too', () => {
  expect(cutText(`a${'\u0301'.repeat(10_000)}`, 10)).toHaveLength(161)
})

test('half a surrogate pair is replaced', () => {
  expect(cutText('a\ud83d', 10)).toBe('a\ufffd')
  expect(cutText('\udc00', 10)).toBe('\ufffd')
})

property.prop([fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 })])(
  'what is cut is well-formed, no longer than asked, and begins as the text does',
  (text, maxCharacters) => {
    const cut = cutText(text, maxCharacters)

    expect(cut.isWellFormed()).toBe(true)
    if (cut !== text) expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true)
    expect([...new Intl.Segmenter().segment(cut)].length).toBeLessThanOrEqual(maxCharacters)
  },
)
