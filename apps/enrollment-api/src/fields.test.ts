import { describe, expect, test } from 'vitest'
import { newPassword, signInAddress } from './fields.ts'

describe('a new password', () => {
  test.each([
    'correct horse',
    'ÄÖÜäöüß!',
    '🦊🦊🦊🦊🦊🦊🦊🦊',
    '🦊'.repeat(128),
    'x'.repeat(128),
    'onlylettersandnothingelse',
    '9501762348',
  ])('can be %j', (password) => {
    expect(newPassword.parse(password)).toBe(password)
  })

  test('is counted and kept in NFC, whatever a keyboard writes', () => {
    const decomposed = 'é'.normalize('NFD').repeat(128)

    expect(newPassword.parse(decomposed)).toBe('é'.repeat(128))
    expect(newPassword.safeParse('é'.normalize('NFD').repeat(7)).success).toBe(false)
  })

  test.each([
    ['seven77', '8 to 128'],
    ['🦊'.repeat(7), '8 to 128'],
    ['x'.repeat(129), '8 to 128'],
    ['eight\u0000more', 'control character'],
    ['eight\nmore', 'control character'],
    ['eight\ud800more', 'control character'],
    ['password', 'guessed first'],
    ['PassWord', 'guessed first'],
    ['ILOVEYOU', 'guessed first'],
    ['12345678', 'guessed first'],
    ['1qaz2wsx', 'guessed first'],
  ])('cannot be %j', (password, reason) => {
    const { error } = newPassword.safeParse(password)

    expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining(reason)])
  })
})

test.each([
  ['Ada@Example.com', 'ada@example.com'],
  ['\u202a R&D@BÜCHER.example\u202c ', 'r&d@xn--bcher-kva.example'],
  [`${'A'.repeat(65)}@example.com`, `${'a'.repeat(65)}@example.com`],
])('who signs in with %j is looked up as %s', (written, key) => {
  expect(signInAddress.parse(written)).toBe(key)
})
