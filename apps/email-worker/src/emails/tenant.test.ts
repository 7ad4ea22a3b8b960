import { expect, test } from 'vitest'
import { product, tenant } from './tenant.ts'

const acme = {
  name: 'Acme Academy',
  locale: 'de',
  timeZone: 'Europe/Berlin',
  colors: { accent: '#0a5c36', onAccent: '#ffffff' },
  logoUrl: 'https://acme.example/logo.png',
  sender: 'Acme <academy@acme.example>',
  replyTo: 'help@acme.example',
  postalAddress: 'Moosweg 1\n10115 Berlin',
}

test('a tenant looks as it wants', () => {
  expect(tenant.parse({ ...acme, id: 'acme', updatedAt: '2026-03-02T09:30:00.000000Z' })).toEqual(acme)
})

test('a tenant that chooses nothing looks like the product', () => {
  expect(tenant.parse({ name: 'Coursewire', colors: null, logoUrl: null })).toEqual(product)
})

test.each([
  ['name', '\u200b'],
  ['timeZone', 'Mars/Olympus'],
  ['colors', { accent: 'red;}', onAccent: '#ffffff' }],
  ['logoUrl', 'javascript:alert(1)'],
  ['logoUrl', 'http://acme.example/logo.png'],
  ['replyTo', 'a@acme.example, b@acme.example'],
  ['locale', 7],
] as const)('a %s that no mail can use, such as %j, counts as not chosen', (field, value) => {
  expect(tenant.parse({ ...acme, [field]: value })).toEqual({ ...acme, [field]: product[field] })
})

test('a long name, or one that turns the text around it, does not spoil a mail', () => {
  const { name } = tenant.parse({ ...acme, name: `\u202e${'Acme '.repeat(100)}\r\nBcc: x` })

  expect(name).toMatch(/^Acme Acme/)
  expect(name.length).toBeLessThanOrEqual(61)
})
