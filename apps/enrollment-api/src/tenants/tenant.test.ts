import { describe, expect, it } from 'vitest'
import { assertSenderAllowed, contrastOf, tenantColors, tenantFields } from './tenant.ts'

describe('the contrast of two colours', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    // Known values of common contrast checkers.
    ['#767676', '#ffffff', 4.54],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#ffffff', 4],
  ])('of %s and %s is %s, in either order', (one, other, ratio) => {
    expect(contrastOf(one, other)).toBeCloseTo(ratio, 2)
    expect(contrastOf(other, one)).toBe(contrastOf(one, other))
  })

  it('must be enough for text of any size', () => {
    expect(tenantColors.safeParse({ accent: '#767676', onAccent: '#FFFFFF' }).data).toEqual({
      accent: '#767676',
      onAccent: '#ffffff',
    })
    expect(tenantColors.safeParse({ accent: '#777777', onAccent: '#ffffff' }).success).toBe(false)
  })
})

it.each(['#fff', '0a5c36', '#0a5c3g', '#0a5c36ff', 'red', ' #0a5c36', '#0a5c36\n'])('%j is no colour', (accent) => {
  expect(tenantColors.safeParse({ accent, onAccent: '#ffffff' }).success).toBe(false)
})

it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Europe/Kyiv'])('%s is a time zone', (name) => {
  expect(tenantFields.timeZone.parse(name)).toBe(name)
})

it.each(['', 'Berlin', '+01:00', 'Europe/Berlin ', 'Europe/Berlin\u0000'])('%j is no time zone', (name) => {
  expect(tenantFields.timeZone.safeParse(name).success).toBe(false)
})

it.each([
  'http://acme.example/logo.png',
  'javascript:alert(1)',
  'data:image/png;base64,AA==',
  '//acme.example/logo.png',
])('%j is no address of a logo', (written) => {
  expect(tenantFields.logoUrl.safeParse(written).success).toBe(false)
})

it('a sender must be one of those that are set up, or none', () => {
  const allowed = ['Acme <hello@acme.example>']

  expect(() => assertSenderAllowed({ sender: null }, [])).not.toThrow()
  expect(() => assertSenderAllowed({ sender: 'Acme <hello@acme.example>' }, allowed)).not.toThrow()
  for (const sender of ['hello@acme.example', 'Acme <hello@globex.example>'])
    expect(() => assertSenderAllowed({ sender }, allowed)).toThrow('not one of EMAIL_SENDERS')
})
