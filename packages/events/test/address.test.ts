import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { emailAddress, mailSender, readAddress, toAddressKey } from '../src/index.ts'

it.each([
  ['anna@example.com'],
  ['Anna.Weber+Courses@Mail.Example.CO.UK', 'Anna.Weber+Courses@mail.example.co.uk'],
  ["o'neill_1@example.com"],
  ['r&d@example.com'],
  ['  anna@example.com\n', 'anna@example.com'],
  ['\u202aanna@example.com\u202c\u200b', 'anna@example.com'],
  ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
  ['anna@BÜCHER。example', 'anna@xn--bcher-kva.example'],
  ['a@xn--bcher-kva.example'],
  [`${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}.e`],
])('%j is a valid address', (written, address = written) => {
  expect(readAddress(written)).toEqual({ address, fault: null })
  expect(emailAddress.parse(written)).toBe(address)
})

it.each([
  ['a@example.com\r\nBcc: b@example.com', 'control character'],
  ['a\u0000@example.com', 'control character'],
  ['a@exam\u2028ple.com', 'control character'],
  [`a@${'b'.repeat(60)}.example.com`.padStart(255, 'a'), 'longer than 254'],
  [`${' '.repeat(100_000)}a@example.com`, 'longer than 254'],
  [`a@${'ü'.repeat(100)}.${'ö'.repeat(100)}.example`, 'not one plain address'],
  ['änne@example.com', 'outside ASCII'],
  ['\u212aate@example.com', 'outside ASCII'],
  ['a\u200bb@example.com', 'outside ASCII'],
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
  ['anna@127.0.0.1', 'not one plain address'],
  ['anna@bücher.example/evil.example', 'not one plain address'],
  ['anna@bücher.example:25', 'not one plain address'],
  ['anna@bücher', 'not one plain address'],
  ['', 'not one plain address'],
])('%j is refused, and the reason does not quote it', (written, reason) => {
  const { address, fault } = readAddress(written)

  expect(address).toBeNull()
  expect(fault).toContain(reason)
  expect(fault).not.toContain('@')
  expect(emailAddress.safeParse(written).success).toBe(false)
})

it.each([
  ['anna@example.com', 'ANNA@EXAMPLE.COM'],
  ['r&d@bücher.example', ' R&D@BU\u0308CHER。example\n'],
  ['anna@xn--bcher-kva.example', '\u202aAnna@Bücher.example\u202c'],
])('%j and %j are the same address', (one, other) => {
  const [first, second] = [emailAddress.parse(one), emailAddress.parse(other)]

  expect(toAddressKey(second)).toBe(toAddressKey(first))
})

it('addresses that differ in more than case are different addresses', () => {
  const written = ['anna@example.com', 'anna+1@example.com', 'an.na@example.com', 'anna@mail.example.com']
  const keys = written.map((address) => toAddressKey(emailAddress.parse(address)))

  expect(new Set(keys).size).toBe(written.length)
})

test.prop([
  fc.oneof(
    fc.emailAddress(),
    fc.string({ unit: 'binary' }).map((name) => `${name}@bücher.example`),
  ),
])('reading an address that was already read changes nothing', (written) => {
  const { address } = readAddress(written)
  if (address !== null) expect(readAddress(address)).toEqual({ address, fault: null })
})

it.each([
  ['hello@example.com'],
  ['Course-Wire 2.0 <hello@example.com>'],
  ['Hello@Bücher.example', 'Hello@xn--bcher-kva.example'],
  ['Coursewire <Hello@Bücher.example>', 'Coursewire <Hello@xn--bcher-kva.example>'],
])('%j is a sender', (written, sender = written) => {
  expect(mailSender.parse(written)).toBe(sender)
})

it.each([
  '',
  'Coursewire',
  'Coursewire <>',
  'Coursewire <a@b.example> <c@d.example>',
  '"Course, wire" <a@b.example>',
  'Coursewire\r\nBcc: <a@b.example>',
  'a@b.example, c@d.example',
])('%j is no sender', (written) => {
  expect(mailSender.safeParse(written).success).toBe(false)
})
