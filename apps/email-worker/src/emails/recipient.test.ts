import { expect, test } from 'vitest'
import { findAddressFault, findTextFault, tameName } from './recipient.ts'

test.each([
  'anna@example.com',
  'anna.weber+courses@mail.example.co.uk',
  "o'neill_1@example.com",
  'a@xn--bcher-kva.example',
  `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}.e`,
])('%s can be written to', (address) => {
  expect(findAddressFault(address)).toBeNull()
})

test.each([
  ['a@example.com\r\nBcc: b@example.com', 'control character'],
  ['a@example.com\u2028', 'control character'],
  [`a@${'b'.repeat(60)}.example.com`.padStart(255, 'a'), 'longer than 254'],
  ['a@bücher.example', 'outside ASCII'],
  ['änne@example.com', 'outside ASCII'],
  ['a@x,b@y', 'not one plain address'],
  ['a@example.com, b@example.com', 'not one plain address'],
  ['"x@evil y"@internal', 'not one plain address'],
  ['Anna <anna@example.com>', 'not one plain address'],
  ['anna@localhost', 'not one plain address'],
  ['anna@-example.com', 'not one plain address'],
  ['anna..weber@example.com', 'not one plain address'],
  [`${'a'.repeat(65)}@example.com`, 'not one plain address'],
  ['@example.com', 'not one plain address'],
  ['anna@[127.0.0.1]', 'not one plain address'],
  ['', 'not one plain address'],
])('%j cannot be written to, and the reason does not quote it', (address, reason) => {
  expect(findAddressFault(address)).toContain(reason)
  expect(findAddressFault(address)).not.toContain('@')
})

test.each(['Anna\nWeber', 'Anna\u0000', 'Anna\u0085', 'Anna\u2029', '\ud800'])('the text %j is refused', (text) => {
  expect(findTextFault('the name', text)).toBe('the name holds a control character')
})

test('an ordinary text is not refused', () => {
  expect(findTextFault('the name', 'Zoë 👩‍💻 O’Neill')).toBeNull()
})

test('nothing in a name can become a link or turn the text around', () => {
  const tamed = tameName('\u202eAnna www.evil.example https://evil.example/x a@evil.example')

  expect(tamed).not.toMatch(/\w[.:@]\w|:\/\/|\u202e/)
  expect(tamed.replaceAll('\u200b', '')).toMatch(/^Anna www\.evil\.example https:\/\/evil/)
})

test('a name is no longer than a line', () => {
  expect(tameName('Anna '.repeat(100)).length).toBeLessThanOrEqual(60)
  expect(tameName('  Anna  ')).toBe('Anna')
})
