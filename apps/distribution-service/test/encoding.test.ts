import { beforeAll, describe, expect, it } from 'vitest'
import { openAsEditor } from './helpers.ts'
import { publish } from './public-entries.ts'

let editor: Awaited<ReturnType<typeof openAsEditor>>
beforeAll(async () => {
  editor = await openAsEditor()
  await publish(editor, {
    title: 'Gardens',
    description: 'Plants on walls, from the first pot to the last. '.repeat(40),
  })
  for (let number = 1; number <= 15; number += 1) await publish(editor, { title: `Moss ${number}` })
  return editor.close
})

const ask = (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  editor.callAny(method, path, { headers, ...(path.startsWith('/internal') && { roles: ['service'] }) })

describe.each(['/api/courses/gardens', '/api/courses', '/internal/pages/gardens', '/internal/pages'])('%s', (path) => {
  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
  ])('is sent to a client that accepts %s as %s, and says the same', async (accepted, encoding) => {
    const plain = await ask(path)

    const encoded = await ask(path, { 'accept-encoding': accepted })

    expect(encoded.headers['content-encoding']).toBe(encoding)
    expect(encoded.body).toEqual(plain.body)
    expect(encoded.headers.etag).toBe(plain.headers.etag)
    expect(encoded.sent).toBeLessThan(plain.sent / 2)
    expect(encoded.headers['content-length']).toBe(String(encoded.sent))
  })

  it.each([undefined, 'identity', 'br;q=0', 'deflate'])(
    'is sent as it is to a client that accepts %s',
    async (accepted) => {
      const { headers, body } = await ask(path, accepted === undefined ? {} : { 'accept-encoding': accepted })

      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['content-length']).toBe(String(JSON.stringify(body).length))
    },
  )

  it('tells caches that it depends on the encoding, also when it has not changed', async () => {
    const accepting = { 'accept-encoding': 'br' }
    const { headers } = await ask(path, accepting)

    const unchanged = await ask(path, { ...accepting, 'if-none-match': String(headers.etag) })

    expect(String(headers.vary).split(', ')).toContain('accept-encoding')
    expect(unchanged).toMatchObject({ status: 304, body: null, headers: { vary: headers.vary, etag: headers.etag } })
    expect(unchanged.headers['content-encoding']).toBeUndefined()
  })

  it('has the same headers for HEAD', async () => {
    const accepting = { 'accept-encoding': 'gzip' }
    const { headers, sent } = await ask(path, accepting)

    const head = await ask(path, accepting, 'HEAD')

    expect(head.sent).toBe(0)
    expect(head.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(sent),
      etag: headers.etag,
    })
  })
})

it('what is short or a problem is sent as it is', async () => {
  const accepting = { 'accept-encoding': 'br' }

  const none = await ask('/api/courses?q=nothing', accepting)
  const missing = await ask('/api/courses/missing', accepting)

  expect([none.status, missing.status]).toEqual([200, 404])
  expect([none.headers['content-encoding'], missing.headers['content-encoding']]).toEqual([undefined, undefined])
})
