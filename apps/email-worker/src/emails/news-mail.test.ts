import { expect, test } from 'vitest'
import { composeNewsMail, type News } from './news-mail.ts'
import { product, type Tenant } from './tenant.ts'

const unsubscribeUrl = 'https://learn.example.com/unsubscribe/a-token_1'
const courseUrl = 'https://learn.example.com/courses/rust'

function compose(
  kind: Parameters<typeof composeNewsMail>[0],
  changes: { recipient?: object; course?: object; versions?: News['versions'] } = {},
  tenant: Partial<Tenant> = {},
) {
  return composeNewsMail(
    kind,
    {
      recipient: { name: 'Anna Weber', email: 'anna@example.com', locale: 'en', unsubscribeUrl, ...changes.recipient },
      course: { slug: 'rust', title: 'Rust Basics', description: 'Ownership.', language: 'de', ...changes.course },
      versions: changes.versions ?? (kind === 'change' ? [{ version: 'v2', changelog: 'Lesson 3.\nTasks.' }] : []),
    },
    { tenant: { ...product, name: 'Acme', ...tenant }, webUrl: 'https://learn.example.com' },
  )
}

const linksOf = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)

test('the English mail about a new course describes it, says why it came, and ends mails of its kind', async () => {
  const { to, subject, html, text, ...mail } = await compose('launch')

  expect(to).toBe('anna@example.com')
  expect(mail.unsubscribeUrl).toBe(unsubscribeUrl)
  expect(subject).toBe('New: “Rust Basics”')
  expect(linksOf(html)).toEqual([courseUrl, courseUrl, unsubscribeUrl])
  expect(html).toContain('<html dir="ltr" lang="en">')
  expect(text).toBe(
    [
      'Hello Anna Weber,',
      'A new course that may be for you:',
      'Rust Basics',
      'Ownership.',
      `See the course: ${courseUrl}`,
      'You receive this email because you asked for news of such courses from Acme.',
      `Unsubscribe from these emails: ${unsubscribeUrl}`,
    ].join('\n\n'),
  )
})

test('the German mail about a new version of a course has its number and what changed', async () => {
  const { subject, html, text } = await compose('change', { recipient: { locale: 'de-AT' } })

  expect(subject).toBe('Neu in „Rust Basics“')
  expect(html).toContain('<html dir="ltr" lang="de">')
  expect(html).toMatch(/<h2[^>]*>Neu in Version 2<\/h2>/)
  expect(html).toContain('>Lesson 3.\nTasks.<')
  expect(text).toBe(
    [
      'Hallo Anna Weber,',
      'Dein Kurs hat eine neue Version:',
      'Rust Basics',
      'Neu in Version 2',
      'Lesson 3.\nTasks.',
      `Kurs öffnen: ${courseUrl}`,
      'Du erhältst diese E-Mail von Acme, weil du in diesem Kurs eingeschrieben bist.',
      `Diese E\u2011Mails abbestellen: ${unsubscribeUrl}`,
    ].join('\n\n'),
  )
})

test('each kind of news has its own words in each language, and both bodies have the link that ends it', async () => {
  const footers = new Set<string>()
  for (const kind of ['launch', 'notice', 'change'] as const) {
    for (const locale of ['en', 'de']) {
      const { html, text } = await compose(kind, { recipient: { locale } }, { postalAddress: 'Moosweg 1' })
      const [postalAddress, unsubscribe, footer = ''] = text.split('\n\n').toReversed()
      expect(postalAddress).toBe('Moosweg 1')
      expect(unsubscribe).toContain(unsubscribeUrl)
      expect(html).toContain(footer)
      footers.add(footer)
    }
  }
  expect(footers.size).toBe(6)
})

test('somebody without a name is greeted without one', async () => {
  expect((await compose('launch', { recipient: { name: null } })).text).toMatch(/^Hello,\n/)
})

test('markup and links in a changelog, a version, a title and a name stay plain text', async () => {
  const evil = '<a href="https://evil.example">x</a> https://evil.example/'

  const { html, text } = await compose('change', {
    recipient: { name: evil },
    course: { title: evil },
    versions: [{ version: `v<b>${'9'.repeat(500)}`, changelog: `${evil}\u202e ${'x'.repeat(6_000)}` }],
  })

  expect(linksOf(html)).toEqual([courseUrl, courseUrl, unsubscribeUrl])
  expect(html).not.toMatch(/<b\b/)
  expect(text).not.toContain('\u202e')
  expect(text.length).toBeLessThan(2_500)
  expect(/New in version (.*)/.exec(text)?.[1]?.length).toBeLessThan(30)
  expect(html.length).toBeLessThan(15_000)
})

test('Gmail shows all of a mail about many versions', async () => {
  const versions = Array.from({ length: 10 }, (_, index) => ({ version: `v${index}`, changelog: '&'.repeat(5_000) }))

  expect(Buffer.byteLength((await compose('change', { versions })).html)).toBeLessThan(102_000)
})

test('a link with other characters stays within its attribute', async () => {
  const { html } = await compose('notice', { recipient: { unsubscribeUrl: `${unsubscribeUrl}"><b>` } })

  expect(html).not.toContain('<b>')
  expect(linksOf(html)[2]).toBe(`${unsubscribeUrl}&quot;&gt;&lt;b&gt;`)
})
