import { expect, test } from 'vitest'
import type { Course, Student } from './directory.ts'
import { product, type Tenant } from './tenant.ts'
import { composeCancellationMail, composeWelcomeMail } from './welcome-mail.ts'

const compose = (
  student: Partial<Student> = {},
  course: Partial<Course> = {},
  tenant: Partial<Tenant> = {},
  source: string | null = 'manual',
) =>
  composeWelcomeMail(
    { name: 'Anna Weber', email: 'anna@example.com', locale: 'en', ...student },
    { slug: 'rust', title: 'Rust Basics', description: 'Ownership.', language: 'de', totalLessons: 12, ...course },
    {
      tenant: { ...product, ...tenant },
      webUrl: 'https://learn.example.com',
      source,
      enrolment: 'e-1',
      at: '2026-03-03T09:30:00.123456Z',
    },
  )

/** Returns the visible text of the HTML, one line per element. */
const readVisible = (html: string) =>
  html
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

test('the English mail has the name, title, description, lessons, language and link', async () => {
  const { to, subject, html, text } = await compose()

  expect(to).toBe('anna@example.com')
  expect(subject).toBe('Welcome to “Rust Basics”')
  expect(readVisible(html)).toEqual(
    expect.arrayContaining([
      'Welcome, Anna Weber!',
      'Rust Basics',
      'Ownership.',
      'Lessons',
      '12',
      'Language',
      'German',
    ]),
  )
  expect(html).toMatch(/<a[^>]* href="https:\/\/learn\.example\.com\/courses\/rust"[^>]*>.*?Start Learning/s)
  expect(html).toContain('<html dir="ltr" lang="en">')
  expect(text).toBe(
    [
      'Welcome, Anna Weber!',
      'You are enrolled. This is your course:',
      'Rust Basics',
      'Ownership.',
      'Lessons: 12\nLanguage: German',
      'Start Learning: https://learn.example.com/courses/rust',
      'You receive this email because you are enrolled in this course.',
    ].join('\n\n'),
  )
})

test('a student who reads German gets a German mail', async () => {
  const { subject, html, text } = await compose({ name: 'Änne Groß', locale: 'de-CH' })

  expect(subject).toBe('Willkommen im Kurs „Rust Basics“')
  expect(readVisible(html)).toEqual(
    expect.arrayContaining(['Willkommen, Änne Groß!', 'Lektionen', 'Sprache', 'Deutsch']),
  )
  expect(html).toMatch(/>\s*Jetzt lernen/)
  expect(html).toContain('<html dir="ltr" lang="de">')
  expect(html).not.toContain('lang="en"')
  expect(text).toContain('Jetzt lernen: https://learn.example.com/courses/rust')
})

const acme = {
  name: 'Acme <Academy>',
  colors: { accent: '#123456', onAccent: '#fedcba' },
  logoUrl: 'https://acme.example/logo.png?a="b"',
  postalAddress: 'Moosweg 1\n10115 Berlin',
  sender: 'Acme <hello@acme.example>',
  replyTo: 'help@acme.example',
}

test('the mail of a tenant has its sender, colours, logo and postal address', async () => {
  const { from, replyTo, html, text } = await compose({}, {}, acme)

  expect({ from, replyTo }).toEqual({ from: 'Acme <hello@acme.example>', replyTo: 'help@acme.example' })
  const [button = ''] = /<a[^>]*class="button[^>]*>/.exec(html) ?? []
  expect(button).toContain('background-color:#123456;border-radius:10px;color:#fedcba')
  expect(button).toContain('class="button"')
  const [logo = ''] = /<img[^>]*>/.exec(html) ?? []
  expect(html).not.toContain('<link')
  expect(logo).toContain('src="https://acme.example/logo.png?a=&quot;b&quot;"')
  expect(logo).toContain('alt="Acme &lt;Academy&gt;"')
  expect(html).toContain('Moosweg 1\n10115 Berlin')
  expect(text).toMatch(/enrolled in this course\.\n\nMoosweg 1\n10115 Berlin$/)
})

test('a student who has chosen no language gets the mail in that of the tenant, and others do not', async () => {
  const tenant = { locale: 'de' }

  expect((await compose({ locale: null }, {}, tenant)).subject).toContain('Willkommen')
  expect((await compose({ locale: 'fr' }, {}, tenant)).subject).toContain('Welcome')
})

test('missing facts leave no gap', async () => {
  const { html, text } = await compose({ name: ' ' }, { description: null, totalLessons: null })

  expect(readVisible(html)).toContain('Welcome!')
  expect(readVisible(html)).not.toContain('Lessons')
  expect(text).toMatch(/^Welcome!\n\nYou are enrolled[^\n]+\n\nRust Basics\n\nLanguage: German\n\nStart Learning/)
})

test.each(['gift', 'admin'])(
  'a student who was enrolled by others, as with the source %s, reads who did it',
  async (source) => {
    const { subject, html, text } = await compose({}, {}, { name: 'Acme' }, source)

    expect(subject).toBe('You were given “Rust Basics”')
    expect(readVisible(html)).toContain('Acme has given you a course. You are enrolled, and can start at once:')
    expect(text).toMatch(/^Welcome, Anna Weber!\n\nAcme has given you a course/)
    expect(text).toContain('because Acme has enrolled you in this course.')
  },
)

test('a course that starts on a day has it in the language of the reader and for the calendar', async () => {
  const { html, text, attachments } = await compose({ locale: 'de' }, { startsAt: '2026-03-03' })

  expect(readVisible(html)).toEqual(expect.arrayContaining(['Beginn', '3. März 2026']))
  expect(text).toContain('Beginn: 3. März 2026\nLektionen: 12')
  expect(attachments).toMatchObject([
    { filename: 'course.ics', contentType: 'text/calendar; method=PUBLISH; charset=utf-8' },
  ])
  for (const line of ['UID:e-1', 'DTSTART;VALUE=DATE:20260303', 'SUMMARY:Rust Basics'])
    expect(attachments?.[0]?.content.split('\r\n')).toContain(line)
})

test('a course that has started long ago, or starts at any time, has nothing for the calendar', async () => {
  expect((await compose({}, { startsAt: '2026-03-02' })).attachments).toBeUndefined()
  expect((await compose()).attachments).toBeUndefined()
})

test('only the https links of a welcome text can be clicked', async () => {
  const welcomeText =
    'Say hello (https://acme.example/hello?a=1&b=2).\n<b>Or</b> www.acme.example, http://acme.example, a@acme.example \u202e'

  const { html, text } = await compose({}, { welcomeText })

  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toContain(
    'https://acme.example/hello?a=1&amp;b=2',
  )
  for (const body of [html, text]) expect(body).not.toMatch(/www\.acme|http:\/\/acme|a@acme|\u202e/)
  expect(text.replaceAll('\u200b', '')).toContain('www.acme.example, http://acme.example, a@acme.example')
  expect(text).toContain('(https://acme.example/hello?a=1&b=2).')
})

test('the mail to a student who has left a course says what was left and how to come back', async () => {
  const { to, subject, html, text, ...mail } = await composeCancellationMail(
    { name: 'Anna Weber', email: 'anna@example.com', locale: 'de' },
    { slug: 'rust', title: 'Rust Basics', description: 'Ownership.', language: 'de', totalLessons: 12 },
    { tenant: { ...product, name: 'Acme' }, webUrl: 'https://learn.example.com' },
  )

  expect(to).toBe('anna@example.com')
  expect(mail).not.toHaveProperty('unsubscribeUrl')
  expect(subject).toBe('Du hast den Kurs „Rust Basics“ verlassen')
  expect(readVisible(html)).toContain('Rust Basics')
  expect(text).toBe(
    [
      'Hallo Anna Weber,',
      'Du hast diesen Kurs verlassen. Auf seiner Seite kannst du dich jederzeit wieder einschreiben; er beginnt dann von vorn.',
      'Rust Basics',
      'Kurs ansehen: https://learn.example.com/courses/rust',
      'Du erhältst diese E-Mail von Acme, weil du diesen Kurs verlassen hast. Falls du es nicht warst, setze dein Passwort zurück, bei der Anmeldung.',
    ].join('\n\n'),
  )
})

test('an invalid address is refused', async () => {
  await expect(compose({ email: 'a@example.com, b@example.com' })).rejects.toThrow('not one plain address')
})

test('markup and links in names, titles and descriptions stay plain text', async () => {
  const { subject, html, text } = await compose(
    { name: '<b>{{name}}</b> http://evil.example' },
    { title: '<script>1</script> & "x"', description: '<img src=x onerror=1>\n${title}', slug: '../a?b"<c>' },
  )

  expect(subject).toContain('<script>1</script> & "x"')
  expect(html).not.toMatch(/<(b|script|img)\b/)
  expect(html).toContain('{{name}}')
  expect(html).toContain('&lt;img src=x onerror=1&gt;\n${title}')
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(
    Array(2).fill('https://learn.example.com/courses/..%2Fa%3Fb%22%3Cc%3E'),
  )
  for (const body of [html, text]) expect(body).not.toMatch(/http:\/\/evil|evil\.example/)
})

test('right-to-left text has its own direction and does not reverse its surroundings', async () => {
  const { subject, html, text } = await compose(
    { name: 'دينا' },
    { title: 'مقدمة في Rust!', description: 'دورة قصيرة.\u202e', language: 'ar' },
  )

  const title = '\u2068مقدمة في Rust!\u2069'
  expect(subject).toBe(`Welcome to “${title}”`)
  expect(html).toContain(`You are enrolled in “${title}”`)
  expect(text).toContain('Welcome, \u2068دينا\u2069!')
  expect(text).toContain(`\n\n${title}\n\n`)
  expect(`${html}${text}`).not.toContain('\u202e')
  expect(html).toContain('<html dir="ltr" lang="en">')
  for (const [tag, held] of [
    ['h1', 'مقدمة في Rust!'],
    ['p', 'دورة قصيرة.'],
  ]) {
    const [element = ''] = new RegExp(`<${tag}[^>]*>${held}`).exec(html) ?? []
    expect(element).toContain('dir="auto"')
    expect(element).toContain('lang="ar"')
  }
})

test.each(['xx', 'not a language', ''])(
  'the mail leaves out a language without a name, such as %j',
  async (language) => {
    const { html, text } = await compose({}, { language })

    expect(readVisible(html)).not.toContain('Language')
    expect(text).not.toContain('Language')
    expect(html).not.toContain('lang="not')
  },
)

test('a long name, title or description does not make the mail long', async () => {
  const { subject, html, text } = await compose(
    { name: 'n'.repeat(5_000) },
    { title: 't'.repeat(5_000), description: 'd'.repeat(50_000) },
  )

  expect(subject.length).toBeLessThan(150)
  expect(text.length).toBeLessThan(1_500)
  expect(html.length).toBeLessThan(12_000)
})
