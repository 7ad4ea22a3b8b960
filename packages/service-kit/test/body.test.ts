import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildApp, portOf, sendRaw } from './helpers.ts'

async function buildEcho() {
  const app = await buildApp()
  const body = z.strictObject({
    courseId: z.string().max(64),
    seats: z.number().optional(),
    tags: z.array(z.string()).optional(),
    extra: z.record(z.string(), z.unknown()).optional(),
  })
  app.post('/echo', { schema: { body }, config: { access: 'public' } }, async (request) => request.body)
  app.get(
    '/things/:id',
    { schema: { querystring: z.object({ q: z.string().optional() }) }, config: { access: 'public' } },
    async (request) => request.params,
  )
  const post = (payload: string | Buffer, contentType: string | undefined = 'application/json') =>
    app.inject({
      method: 'POST',
      url: '/echo',
      payload,
      headers: contentType === '' ? {} : { 'content-type': contentType },
    })
  return { app, post }
}

describe('a body', () => {
  it.each([['application/json'], ['application/json; charset=utf-8'], ['APPLICATION/JSON']])(
    'of type %s is read',
    async (contentType) => {
      const { post } = await buildEcho()

      const answer = await post('{"courseId":"Übung 😀","extra":{"b":[{"a":1},{"a":2}]}}', contentType)

      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toEqual({ courseId: 'Übung 😀', extra: { b: [{ a: 1 }, { a: 2 }] } })
    },
  )

  const refused: Record<string, string | Buffer> = {
    'an extra field': '{"courseId":"c","role":"admin"}',
    'a wrong type': '{"courseId":1}',
    null: 'null',
    'an array': '[]',
    'a string': '"c"',
    nothing: '',
    'a number that is too large': '{"courseId":"c","seats":1e400}',
    'an overlong text': `{"courseId":"${'c'.repeat(65)}"}`,
    'a repeated key': '{"courseId":"a","courseId":"b"}',
    'a repeated key, once escaped': '{"courseId":"a","course\\u0049d":"b"}',
    'a repeated key deep inside': '{"courseId":"a","extra":{"x":[{"y":1,"y":2}]}}',
    'a prototype': '{"courseId":"c","__proto__":{"role":"admin"}}',
    'a prototype in escapes': '{"courseId":"c","extra":{"\\u005f_proto__":{}}}',
    'too many levels': `{"courseId":"c","extra":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
    'a NUL': '{"courseId":"a\\u0000b"}',
    'a NUL in a key': '{"courseId":"c","extra":{"\\u0000":1}}',
    'an unpaired high surrogate': '{"courseId":"\\ud83d"}',
    'an unpaired low surrogate': '{"courseId":"\\ude00x"}',
    'bytes that are not UTF-8': Buffer.from([...Buffer.from('{"courseId":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    'a surrogate as bytes': Buffer.from([...Buffer.from('{"courseId":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]),
    'half a document': '{"courseId":',
    'two documents': '{"courseId":"a"}{"courseId":"b"}',
  }

  it.each(Object.entries(refused))('with %s is refused with 400', async (_name, payload) => {
    const { post } = await buildEcho()

    const answer = await post(payload)

    expect(answer.statusCode).toBe(400)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid', instance: '/echo' })
  })

  it('that breaks the schema is refused with the name of each wrong field', async () => {
    const { post } = await buildEcho()

    const answer = await post('{"seats":"two","tags":["a",1]}')

    expect(answer.json().errors).toEqual([
      { in: 'body', pointer: '/courseId', message: expect.any(String) },
      { in: 'body', pointer: '/seats', message: expect.any(String) },
      { in: 'body', pointer: '/tags/1', message: expect.any(String) },
    ])
  })

  it('over the size limit is refused with 413', async () => {
    const { post } = await buildEcho()

    const answer = await post(`{"courseId":"${'c'.repeat(300_000)}"}`)

    expect(answer.statusCode).toBe(413)
    expect(answer.json()).toMatchObject({ status: 413, code: 'body.too-large' })
  })

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['application/vnd.api+json'],
    ['application/problem+json'],
    ['application/jsonx'],
    ['application/json\ta'],
    ['application / json'],
    ['json'],
    [';'],
    [''],
  ])('of type "%s" never bypasses validation', async (contentType) => {
    const { post } = await buildEcho()

    const unfit = await post('{"role":"admin"}', contentType)

    expect(unfit.statusCode).toBe(415)
    expect(unfit.headers['content-type']).toBe('application/problem+json')
    expect(unfit.json()).toMatchObject({ status: 415, code: 'media-type.unsupported', requestId: expect.any(String) })
  })

  it.each([
    [' application/json'],
    ['\tapplication/json'],
    ['application/json\t'],
    ['application/json\t; a=b, text/plain'],
  ])('with blanks around its type (%j) does not bypass validation', async (contentType) => {
    const { app } = await buildEcho()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const body = '{"courseId":"c","role":"admin"}'

    const answer = await sendRaw(
      portOf(app),
      `POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type:${contentType}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    )

    expect(answer).toMatch(/^HTTP\/1.1 4(00|15) /)
  })
})

describe('an address', () => {
  it.each([['/things/a%00b'], ['/things/a?q=x%00y'], ['/things/a?q%00=1'], ['/things/%ff'], ['/things/%']])(
    '%s is refused with 400',
    async (url) => {
      const { app } = await buildEcho()

      const answer = await app.inject({ url, headers: { 'x-request-id': 'mine' } })

      expect(answer.statusCode).toBe(400)
      expect(answer.headers['x-request-id']).toBe('mine')
      expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid', requestId: 'mine' })
    },
  )
})
