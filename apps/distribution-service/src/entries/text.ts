import { toLine } from '@coursewire/events'
import { lexer, type MarkedToken, type Token } from 'marked'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Returns the beginning of a text, at most `limit` code points, without splitting a visible character. */
export function cutAtCharacter(text: string, limit: number): string {
  let end = 0
  for (let count = 0; count < limit && end < text.length; count += 1) end += lengthAt(text, end)
  if (end === text.length) return text.trimEnd()
  // Whether a visible character ends here depends on the text before it and the next code point. Looking at the whole text takes long.
  const cut = graphemes.segment(text.slice(0, end + lengthAt(text, end))).containing(end)
  return text.slice(0, cut?.index).trimEnd()
}

/** The length of the code point there, in UTF-16 units. */
const lengthAt = (text: string, index: number) => ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)

/** Does the same without splitting a word, unless the first one is too long. */
export function cutAtWord(text: string, limit: number): string {
  const kept = cutAtCharacter(text, limit)
  if (kept === text.trimEnd() || /\s/.test(text.charAt(kept.length))) return kept
  const words = kept.replace(/\s+\S*$/u, '')
  return words === '' ? kept : words
}

/** For some texts the parser's time grows with the square of their length, and nobody is shown more than this. */
const MAX_PARSED_LENGTH = 1_000
const mayBeMarkdown = /[\\`*_~[\]<>#|]|^\s*([-+=]|\d+[.)])/m

/** Returns the words at the beginning of a Markdown text as one line, without markup. */
export function summarize(markdown: string): string {
  const start = cutAtCharacter(markdown, MAX_PARSED_LENGTH)
  return toLine(mayBeMarkdown.test(start) ? readWords(lexer(start)) : start)
}

function readWords(tokens: Token[]): string {
  return tokens.map((token) => readToken(token as MarkedToken)).join('')
}

function readToken(token: MarkedToken): string {
  switch (token.type) {
    case 'paragraph':
    case 'heading':
    case 'blockquote':
    case 'list_item':
      return `${readWords(token.tokens)} `
    case 'list':
      return ` ${readWords(token.items)}`
    case 'code':
      return `${token.text} `
    case 'table':
      return [token.header, ...token.rows].flatMap((row) => row.map((cell) => `${readWords(cell.tokens)} `)).join('')
    case 'html':
      return token.raw.replace(/<[^>]*>/g, token.block ? ' ' : '')
    case 'space':
    case 'br':
    case 'hr':
    case 'def':
      return ' '
    case 'codespan':
    case 'escape':
      return token.text
    case 'text':
      return token.tokens ? readWords(token.tokens) : token.text
    case 'em':
    case 'strong':
    case 'del':
    case 'link':
    case 'image':
      return readWords(token.tokens)
  }
}
