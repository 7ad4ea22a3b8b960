import { describe, expect, it } from 'vitest'
import { cutAtCharacter, cutAtWord, summarize } from './text.ts'

describe('a text cut at a character', () => {
  it.each([
    ['short enough', 'Gärten', 6, 'Gärten'],
    ['in the middle of a word', 'Gardening', 6, 'Garden'],
    ['outside the first plane counts code points', '𝒜𝒷𝒸𝒹', 3, '𝒜𝒷𝒸'],
    ['keeps a family together or leaves it out', 'Kurs 👨‍👩‍👧', 8, 'Kurs'],
    ['keeps a letter and its combining accent together', 'Cafe\u0301', 4, 'Caf'],
    ['leaves no space at its end', 'one two', 4, 'one'],
    ['empty stays empty', '', 10, ''],
  ])('%s', (_name, text, limit, expected) => {
    expect(cutAtCharacter(text, limit)).toBe(expected)
  })
})

describe('a text cut at a word', () => {
  it.each([
    ['short enough is left alone', 'one two', 7, 'one two'],
    ['drops the word that is cut', 'one two three', 9, 'one two'],
    ['keeps a word that ends where the limit is', 'one two three', 7, 'one two'],
    ['keeps the beginning of a single long word', 'Donaudampfschifffahrt', 5, 'Donau'],
    ['takes a line break for the end of a word', 'one\ntwo three', 8, 'one\ntwo'],
  ])('%s', (_name, text, limit, expected) => {
    expect(cutAtWord(text, limit)).toBe(expected)
  })
})

describe('a summary of Markdown', () => {
  it.each([
    ['is of plain text the text', 'Two words, and 3 * 4 = 12; C++ & C#.', 'Two words, and 3 * 4 = 12; C++ & C#.'],
    ['is one line', 'One.\n\nTwo\u2028three\tfour.', 'One. Two three four.'],
    [
      'has no heading and no emphasis',
      '# About\n\nPlants on **walls**, _up_ `there`.',
      'About Plants on walls, up there.',
    ],
    ['keeps what a link says, not where it leads', '[Read](https://a.example/b) and ![a pot](c.png)', 'Read and a pot'],
    ['keeps the items of a list apart', '- one\n- two\n  1. three\n\n> four', 'one two three four'],
    ['keeps the cells of a table apart', '| a | b |\n|---|---|\n| c | d |', 'a b c d'],
    ['has no HTML', 'a<b>b</b>c\n\n<div>d</div>', 'abc d'],
    ['has no escapes', String.raw`1\. not \*this\*`, '1. not *this*'],
    ['leaves names with underscores alone', 'snake_case_name', 'snake_case_name'],
  ])('%s', (_name, markdown, expected) => {
    expect(summarize(markdown)).toBe(expected)
  })
})
