import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { cutText, isBlank, line, showLine, showText, splitAtLinks, tags, text, toLine, toText } from '../src/index.ts'

describe('a text', () => {
  it.each([
    ['no characters', ''],
    ['spaces of every width', ' \u00a0\u2003\u3000'],
    ['breaks of every kind', '\t\n\u000b\f\r\u0085\u2028\u2029'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['direction controls', '\u061c\u200e\u202e\u2066\u2069'],
    ['variation selectors and tags', '\ufe0f\u{e0061}'],
    ['fillers and the blank braille pattern', '\u115f\u3164\uffa0\u2800'],
  ])('is blank if it has only %s', (_content, blank) => {
    expect(isBlank(blank)).toBe(true)
    expect(toLine(blank)).toBe('')
    expect(toText(blank)).toBe('')
  })

  it.each(['a', '0', '·', '—', '日', '👨‍👩‍👧', '❤️', '\u0915\u094d\u200d'])('is not blank if it is %s', (seen) => {
    expect(isBlank(seen)).toBe(false)
    expect(toLine(seen)).toBe(seen)
    expect(toText(seen)).toBe(seen)
  })
})

describe('the links of a text', () => {
  it.each([
    ['https://a.example/x', ['https://a.example/x']],
    ['See https://a.example/x?y=1&z#w.', ['https://a.example/x?y=1&z#w']],
    ['(https://a.example/x), “http://b.example/”!', ['https://a.example/x', 'http://b.example/']],
    ['<a href="https://a.example/">x</a>', ['https://a.example/']],
    ['https://a.example\nhttps://b.example', ['https://a.example', 'https://b.example']],
    ['javascript://x and file:///etc', ['javascript://x', 'file:///etc']],
    ['www.a.example, a@b.example, 3:30, //a.example', []],
  ])('of %j are found without the punctuation around them', (given, links) => {
    const parts = splitAtLinks(given)

    expect(parts.filter(({ isLink }) => isLink).map((part) => part.text)).toEqual(links)
    expect(parts.map((part) => part.text).join('')).toBe(given)
  })
})

describe('a line', () => {
  it('has single spaces in place of white space, and none at its ends', () => {
    expect(line(1, 9).parse('\u2028 a \u00a0\t b\r\n\u0085c ')).toBe('a b c')
  })

  it('keeps invisible characters that have a meaning within a word', () => {
    expect(line(1, 99).parse('می\u200cخواهم Donau\u00addampf')).toBe('می\u200cخواهم Donau\u00addampf')
  })

  it('is measured in code points', () => {
    expect(line(1, 3).parse('𝒜𝒷𝒸')).toBe('𝒜𝒷𝒸')
    expect(line(1, 3).safeParse('𝒜𝒷𝒸𝒹').success).toBe(false)
    expect(line(0, 3).parse(' \u200b\u200b\u200b\u200b')).toBe('')
  })

  it.each(['\u0000', '\u0007', 'a\u001bb', '\u009b', '\ud800', 'a\udfff'])('cannot contain %j', (unwritable) => {
    expect(line(0, 9).safeParse(unwritable).success).toBe(false)
    expect(text(0, 9).safeParse(unwritable).success).toBe(false)
  })
})

it('a text has one kind of line break, and keeps tabs and spaces', () => {
  expect(text(1, 99).parse('\n a\r\nb\rc\u2028d\u2029e\u0085f\u000bg\n\n\th  i \n')).toBe(
    'a\nb\nc\nd\ne\nf\ng\n\n\th  i',
  )
})

it('a text that no schema has checked is shown without control characters', () => {
  expect(showLine('a\u0000b\n\ud83dc\u009b')).toBe('a b c')
  expect(showText('a\u0007b\r\n\udc00c\td')).toBe('a b\n c\td')
  expect(showLine('\u0007\u200b')).toBe('')
})

it('tags that look the same count as repeated', () => {
  expect(tags.parse([' a ', 'b  c'])).toEqual(['a', 'b c'])
  for (const twice of [
    ['a', ' a'],
    ['a', 'a\u200b'],
    ['Donaudampf', 'Donau\u00addampf'],
  ]) {
    expect(tags.safeParse(twice).success).toBe(false)
  }
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(' ', '\n', '\r', '\u0085', '\u2029', '\u200b', '\ufeff', '\u00ad', 'a', '👍', '\ud800'),
  }),
)

test.prop([anyText])('normalising a text twice is the same as normalising it once', (written) => {
  expect(toLine(toLine(written))).toBe(toLine(written))
  expect(toText(toText(written))).toBe(toText(written))
  for (const schema of [line(0, 20), text(0, 20)]) {
    const read = schema.safeParse(written)
    if (read.success) expect(schema.parse(read.data)).toBe(read.data)
  }
})

const family = '👨‍👩‍👧‍👦'

it('a text is cut between characters as a reader sees them', () => {
  expect(cutText('👍👍👍', 3)).toBe('👍👍👍')
  expect(cutText('äöü👍👍', 4)).toBe('äöü…')
  expect(cutText('one two three', 5)).toBe('one…')
  expect(cutText(family.repeat(60), 60)).toBe(family.repeat(60))
  expect(cutText(`XX${family.repeat(60)}`, 30)).toBe(`XX${family.repeat(27)}…`)
})

it('a character with endless combining marks is cut', () => {
  expect(cutText(`a${'\u0301'.repeat(10_000)}`, 10)).toHaveLength(161)
})

it('an unpaired surrogate is replaced', () => {
  expect(cutText('a\ud83d', 10)).toBe('a\ufffd')
  expect(cutText('\udc00', 10)).toBe('\ufffd')
})

test.prop([fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 })])(
  'a cut text is well-formed, no longer than the limit, and begins like the original',
  (text, maxCharacters) => {
    const cut = cutText(text, maxCharacters)

    expect(cut.isWellFormed()).toBe(true)
    if (cut !== text) expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true)
    expect([...new Intl.Segmenter().segment(cut)].length).toBeLessThanOrEqual(maxCharacters)
  },
)
