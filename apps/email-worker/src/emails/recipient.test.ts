import { expect, test } from 'vitest'
import { tameName } from './recipient.ts'

test('a name cannot become a link or reverse the text around it', () => {
  const tamed = tameName('\u202eAnna www.evil.example https://evil.example/x a@evil.example')

  expect(tamed).not.toMatch(/\w[.:@]\w|:\/\/|\u202e/)
  expect(tamed.replaceAll('\u200b', '')).toMatch(/^Anna www\.evil\.example https:\/\/evil/)
})

test('a name fits into one line', () => {
  expect(tameName('Anna '.repeat(100)).length).toBeLessThanOrEqual(60)
  expect(tameName('  Anna  ')).toBe('Anna')
})

test('a name has no line breaks or control characters', () => {
  expect(tameName('Anna\r\nBcc:\u0085Weber\u0000\ud83d\u2028')).toBe('Anna Bcc: Weber')
})
