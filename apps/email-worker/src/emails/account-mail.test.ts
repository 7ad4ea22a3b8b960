import { describe, expect, it, test } from 'vitest'
import { composeAccountMail, type Purpose } from './account-mail.tsx'
import type { AccountRequest } from './directory.ts'
import { product, type Tenant } from './tenant.ts'

const compose = (purpose: Purpose, request: Partial<AccountRequest> = {}, tenant: Partial<Tenant> = {}) =>
  composeAccountMail(
    purpose,
    {
      purpose,
      accountId: 'account-1',
      name: 'Anna Weber',
      email: 'anna@example.com',
      locale: 'en',
      token: 'a-token_1',
      expiresAt: '2026-03-03T09:30:00.123456Z',
      ...request,
    },
    { tenant: { ...product, ...tenant }, webUrl: 'https://learn.example.com' },
  )

const linksOf = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
const linkTo = (page: string) => `https://learn.example.com/app/${page}#token=a-token_1`
const link = linkTo('verify')

test('the English mail that verifies an address has the link twice, and says until when it works', async () => {
  const { to, subject, html, text } = await compose('verification')

  expect(to).toBe('anna@example.com')
  expect(subject).toBe('Confirm your email address for Coursewire')
  expect(html).toContain('<html dir="ltr" lang="en">')
  expect(html).toMatch(
    /<a[^>]* href="https:\/\/learn\.example\.com\/app\/verify#token=a-token_1"[^>]*>.*?Confirm address/s,
  )
  expect(linksOf(html)).toEqual([link, link])
  expect(text).toBe(
    [
      'Hello Anna Weber,',
      'You have signed up at Coursewire with this address. Confirm it, and your account is ready.',
      `Confirm address: ${link}`,
      'The link works once, until March 3, 2026 at 9:30 AM UTC.',
      'You receive this email because somebody signed up at Coursewire with this address. If it was not you, ignore it: no account is made until the address is confirmed.',
    ].join('\n\n'),
  )
})

test('the owner of an account who reads German is told in German that the address was changed', async () => {
  const { subject, html, text } = await compose('address_changed', { locale: 'de-AT', name: 'Änne Groß', token: null })

  expect(subject).toBe('Deine E-Mail-Adresse bei Coursewire wurde geändert')
  expect(html).toContain('<html dir="ltr" lang="de">')
  expect(linksOf(html)).toEqual([])
  expect(text).toBe(
    [
      'Hallo Änne Groß,',
      'Dein Konto bei Coursewire hat eine neue E-Mail-Adresse. Diese hier gehört nicht mehr dazu.',
      'Falls du es nicht warst, wende dich sofort an Coursewire.',
      'Du erhältst diese E-Mail, weil dein Konto bei Coursewire bis jetzt diese Adresse hatte.',
    ].join('\n\n'),
  )
})

describe.each([
  ['verification', 'verify', 'Confirm address', 'Adresse bestätigen'],
  ['password_reset', 'new-password', 'Choose a new password', 'Neues Passwort wählen'],
  ['address_change', 'verify', 'Confirm new address', 'Neue Adresse bestätigen'],
  ['news_confirmation', 'confirm-subscription', 'Confirm news', 'Neues bestätigen'],
] as const)('the mail for %s', (purpose, page, english, german) => {
  it.each([
    ['en', english],
    ['de', german],
  ])('has its link in the language %s', async (locale, label) => {
    const { html, text } = await compose(purpose, { locale })

    expect(linksOf(html)).toEqual([linkTo(page), linkTo(page)])
    expect(html).toContain(label)
    expect(text).toContain(`${label}: ${linkTo(page)}`)
  })

  it('is refused without a token', async () => {
    await expect(compose(purpose, { token: null })).rejects.toMatchObject({ kind: 'invalid' })
  })

  it('keeps a token with other characters within the link', async () => {
    const { html } = await compose(purpose, { token: '"><b>&x=/?' })

    expect(html).not.toContain('<b>')
    expect(new Set(linksOf(html))).toEqual(
      new Set([`https://learn.example.com/app/${page}#token=%22%3E%3Cb%3E%26x%3D%2F%3F`]),
    )
  })
})

describe.each([
  ['signup_repeated', 'You already have an account at Coursewire', 'Du hast schon ein Konto bei Coursewire'],
  ['password_changed', 'Your password for Coursewire was changed', 'Dein Passwort für Coursewire wurde geändert'],
  [
    'address_changed',
    'Your email address at Coursewire was changed',
    'Deine E-Mail-Adresse bei Coursewire wurde geändert',
  ],
] as const)('the notice of %s', (purpose, english, german) => {
  it.each([
    ['en', english],
    ['de', german],
  ])('has no link in the language %s', async (locale, subject) => {
    const mail = await compose(purpose, { locale })

    expect(mail.subject).toBe(subject)
    expect(linksOf(mail.html)).toEqual([])
    expect(`${mail.html}${mail.text}`).not.toContain('token')
  })
})

test('the mail of a tenant has its name, its sender and its time', async () => {
  const tenant = { name: 'أكاديمية', sender: 'Acme <hello@acme.example>', timeZone: 'Europe/Berlin' }

  const { from, subject, html, text } = await compose('password_reset', { locale: null }, { ...tenant, locale: 'de' })

  expect(from).toBe('Acme <hello@acme.example>')
  expect(subject).toBe('Setze dein Passwort für \u2068أكاديمية\u2069 zurück')
  expect(text).toContain('Der Link funktioniert einmal, bis 3. März 2026 um 10:30 MEZ.')
  for (const body of [html, text]) expect(body).not.toContain('Coursewire')
})

test('markup and links in a name stay plain text', async () => {
  const { html, text } = await compose('signup_repeated', { name: '<b>{{name}}</b> http://evil.example\r\nBcc: x' })

  expect(html).not.toMatch(/<b\b/)
  expect(html).toContain('{{name}}')
  for (const body of [html, text]) expect(body).not.toMatch(/http:\/\/evil|evil\.example|[\r\n]Bcc/)
})

test('a name that nobody can see leaves no gap', async () => {
  expect((await compose('password_changed', { name: '\u200b' })).text).toMatch(/^Hello,\n/)
})

test('an invalid address is refused', async () => {
  await expect(compose('verification', { email: 'a@example.com, b@example.com' })).rejects.toMatchObject({
    kind: 'invalid',
    message: 'the address is not one plain address',
  })
})
