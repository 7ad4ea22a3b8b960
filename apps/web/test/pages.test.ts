import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { startCatalogue, startWeb } from './helpers.ts'

it('a course page is the same for everybody, and a browser that has it gets nothing again', async () => {
  const catalogue = await startCatalogue()
  catalogue.publish()
  const { get } = await startWeb({ catalogue })

  const first = await get('/courses/sauerteig', { cookie: 'a=b' })

  expect(first.statusCode).toBe(200)
  expect(first.body).toContain('<h1')
  expect(first.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, no-cache',
    vary: 'accept-encoding',
    'content-security-policy': expect.stringContaining("script-src 'self';style-src 'self'"),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'strict-transport-security': expect.any(String),
  })
  const { etag = '' } = first.headers
  const again = await get('/courses/sauerteig?utm_source=mail', { 'if-none-match': String(etag) })
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag])
})

it.each([
  ['br', 'br', brotliDecompressSync],
  ['gzip, deflate', 'gzip', gunzipSync],
  ['gzip, br;q=0', 'gzip', gunzipSync],
  ['', undefined, (body: Buffer) => body],
])('a browser that accepts "%s" gets %s', async (accepted, encoding, decode) => {
  const catalogue = await startCatalogue()
  catalogue.publish()
  const { get } = await startWeb({ catalogue })
  const plain = await get('/courses/sauerteig')

  for (const _reader of ['first', 'second']) {
    const answer = await get('/courses/sauerteig', { 'accept-encoding': accepted })
    expect(answer.headers['content-encoding']).toBe(encoding)
    expect(decode(answer.rawPayload).toString()).toBe(plain.body)
  }
})

it.each(['br', 'gzip'])(
  'a page in %s is smaller for its second reader, because the first one does not wait for that',
  async (encoding) => {
    const catalogue = await startCatalogue()
    catalogue.publish()
    const { get } = await startWeb({ catalogue })
    const lengths: number[] = []

    for (let reader = 1; reader <= 3; reader += 1) {
      lengths.push((await get('/courses/sauerteig', { 'accept-encoding': encoding })).rawPayload.length)
    }

    const [first = 0, second, third] = lengths
    expect(second).toBeLessThan(first)
    expect(third).toBe(second)
  },
)

it('a course that moved, is gone or never was has the status that search engines need', async () => {
  const catalogue = await startCatalogue()
  catalogue.answer('old', { status: 301, headers: { location: '/internal/pages/new%20one' } })
  catalogue.answer('gone', { status: 410 })
  const { get } = await startWeb({ catalogue })

  const moved = await get('/courses/old')
  expect([moved.statusCode, moved.headers.location]).toEqual([301, '/courses/new%20one'])
  for (const [path, status] of [
    ['/courses/gone', 410],
    ['/courses/none', 404],
    [`/courses/${'x'.repeat(400)}`, 404],
    ['/courses/sauerteig/', 404],
    ['/courses/%ZZ', 400],
    ['/nothing', 404],
    ['/assets/nothing.js', 404],
  ] as const) {
    const answer = await get(path, { 'accept-language': 'de' })
    expect([path, answer.statusCode, answer.headers['content-type']]).toEqual([
      path,
      status,
      'text/html; charset=utf-8',
    ])
    expect(answer.body).toContain('<html lang="de"')
  }
})

it('what is missing is said in the language of each reader', async () => {
  const { get } = await startWeb({ catalogue: await startCatalogue() })

  for (const language of ['de', 'en']) {
    const answer = await get('/courses/none', { 'accept-language': `${language}-XX, fr;q=0.5` })
    expect(answer.body).toContain(`<html lang="${language}"`)
    expect(answer.headers.vary).toBe('accept-encoding, accept-language')
  }
})

it('while the catalogue is away there is a page that says so, and one line in the log', async () => {
  const { get, lines } = await startWeb()

  const answers = await Promise.all(['a', 'b', 'c'].map((slug) => get(`/courses/${slug}`)))

  for (const { statusCode, headers } of answers) {
    expect([statusCode, headers['content-type'], headers['retry-after'], headers['cache-control']]).toEqual([
      503,
      'text/html; charset=utf-8',
      '2',
      'no-store',
    ])
  }
  expect(lines).toHaveLength(1)
})

it('the front page leads to the list in the language that the reader likes best', async () => {
  const { get } = await startWeb()

  for (const [accepted, location] of [
    ['de-AT, en;q=0.5', '/de/courses'],
    ['en, de;q=0.9', '/en/courses'],
    ['fr, de;q=0.1', '/de/courses'],
    ['fr', '/en/courses'],
    ['de;q=0', '/en/courses'],
  ] as const) {
    const answer = await get('/', { 'accept-language': accepted })
    expect([answer.statusCode, answer.headers.location, answer.headers.vary]).toEqual([
      302,
      location,
      'accept-language',
    ])
  }
})

it.each([
  ['/courses?q=%2F%2Fevil.example', '/en/courses?q=%2F%2Fevil.example'],
  ['/courses?next=//evil.example', '/en/courses'],
  ['/?next=%5C%5Cevil.example', '/en/courses'],
])('%s leads to no other place than a list', async (path, location) => {
  const { get } = await startWeb()

  expect((await get(path)).headers.location).toBe(location)
})

it.each(['//evil.example', '/%5Cevil.example', '//evil.example/courses', '/%2F%2Fevil.example'])(
  '%s is no page, and leads nowhere',
  async (path) => {
    const { get } = await startWeb()

    const answer = await get(path)

    expect([answer.statusCode, answer.headers.location]).toEqual([404, undefined])
  },
)

it('a list shows what was searched for, and asks on behalf of the visitor', async () => {
  const catalogue = await startCatalogue()
  catalogue.list([])
  const { get } = await startWeb({ catalogue })

  const answer = await get('/de/courses?q=%20Brot%20&targetGroup=Familien&cursor=&utm_source=x&q2=y')

  expect(answer.statusCode).toBe(200)
  expect(catalogue.calls).toMatchObject([
    {
      path: '/api/courses?language=de&q=Brot&targetGroup=Familien&limit=24',
      headers: { 'x-forwarded-for': '127.0.0.1' },
    },
  ])
})

it('a search that the catalogue refuses is no list', async () => {
  const { get } = await startWeb({ catalogue: await startCatalogue() })

  expect((await get('/en/courses?cursor=broken')).statusCode).toBe(404)
})

it('every tenant has its own pages, at its own address', async () => {
  const catalogue = await startCatalogue()
  catalogue.publish()
  const { get } = await startWeb({ catalogue }, { TENANT_HOSTS: 'academy.example=academy' })

  const here = await get('/courses/sauerteig', { host: 'anything.example' })
  const there = await get('/courses/sauerteig', { host: 'academy.example' })

  expect(catalogue.calls).toHaveLength(2)
  expect(here.body).toContain('https://learn.example.org/de/courses')
  expect(there.body).toContain('https://academy.example/de/courses')
})

it('the learner’s place is one page for all its addresses', async () => {
  const { get } = await startWeb()

  const answers = await Promise.all(['/app', '/app/courses/x', '/app/enroll/y?next=//evil'].map((path) => get(path)))

  for (const { statusCode, headers, body } of answers) {
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-cache'])
    expect(body).toMatch(/<script src="\/assets\/boot-[^"]+"><\/script>/)
    expect(body).toContain('<div id="root"></div>')
  }
})

it.each([
  ['/app', 'my-courses'],
  ['/app/courses/x', 'course'],
  ['/app/sign-in', 'sign-in'],
])('%s names every script that its page needs', async (path, name) => {
  const { get } = await startWeb()

  const { body } = await get(path)

  const named = [...body.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, file]) => file)
  const script = named.find((file) => new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(file ?? ''))
  const { body: code } = await get(`/assets/${script}`)
  const imports = [...code.matchAll(/from"\.\/([^"]+)"/g)].map(([, file]) => file)
  expect(imports.length).toBeGreaterThan(2)
  expect(named).toEqual(expect.arrayContaining(imports))
  expect(new Set(named).size).toBe(named.length)
})

it('files of pages never change, and are sent in compressed form', async () => {
  const { get, ctx } = await startWeb()
  const plain = await get(ctx.assets.script)

  for (const [encoding, decode] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const answer = await get(ctx.assets.script, { 'accept-encoding': encoding })
    expect(answer.headers).toMatchObject({
      'content-encoding': encoding,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    expect(decode(answer.rawPayload).toString()).toBe(plain.body)
  }
})

it('HEAD is answered without the page, and other methods are refused with what is allowed', async () => {
  const catalogue = await startCatalogue()
  catalogue.publish()
  const { get } = await startWeb({ catalogue })
  const page = await get('/courses/sauerteig')

  const head = await get('/courses/sauerteig', {}, { method: 'HEAD' })
  expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
    200,
    '',
    page.headers['content-length'],
  ])
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
    const answer = await get('/courses/sauerteig', {}, { method })
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  }
})
