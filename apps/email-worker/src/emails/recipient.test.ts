import { expect, test } from 'vitest'
import { tameName } from './recipient.ts'

test('nothing in a name can become a link or turn the text around', () => {
  const tamed = tameName('\u202eAnna www.evil.example https://evil.example/x a@evil.example')

  expect(tamed).not.toMatch(/\w[.:@]\w|:\/\/|\u202e/)
  expect(tamed.replaceAll('\u200b', '')).toMatch(/^Anna www\.evil\.example https:\/\/evil/)
})

test('a name is no longer than a line', () => {
  expect(tameName('Anna '.repeat(100)).length).toBeLessThanOrEqual(60)
  expect(tameName('  Anna  ')).toBe('Anna')
})

test('what cannot stand in a line does not stand in a name', () => {
  expect(tameName('Anna\r\nBcc:\u0085Weber\u0000\ud83d\u2028')).toBe('Anna Bcc: Weber')
})
