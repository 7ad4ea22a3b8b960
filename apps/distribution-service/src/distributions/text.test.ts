import { describe, expect, it } from 'vitest'
import { countCharacters, cutAtCharacter, cutAtWord } from './text.ts'

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

it('characters are counted as code points', () => {
  expect(countCharacters('a𝒜é')).toBe(3)
})
