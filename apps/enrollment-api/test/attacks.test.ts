import { createHmac, generateKeyPairSync } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenCourse, aStudent, privateKey, publicKey, type Service, serve, startService } from './helpers.ts'

let service: Service
let student: Awaited<ReturnType<typeof aStudent>>
let courseId: string
let kid: string
const visited: string[] = []
let trap: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  trap = await serve((request, response) => {
    visited.push(request.url ?? '')
    response.end()
  })
  service = await startService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  student = await aStudent(service)
  courseId = await anOpenCourse(service)
  kid = service.ctx.keys.keySet()?.keys[0]?.kid ?? ''
})
afterAll(async () => {
  expect(await service.count('enrollments')).toBe(0)
  expect(await service.count('outbox')).toBe(0)
  await service.close()
  await trap.close()
})

const post = (payload: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  service.app.inject({
    method: 'POST',
    url: '/api/enrollments',
    payload,
    headers: { authorization: `Bearer ${student.token}`, ...headers },
  })

describe('a token', () => {
  const seconds = () => Math.floor(Date.now() / 1000)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = () => ({
    iss: service.config.JWT_ISSUER,
    aud: service.config.JWT_AUDIENCE,
    sub: student.id,
    tenant_id: 'acme',
    roles: ['student'],
    exp: seconds() + 60,
  })
  const sign = (changed: object = {}, header: object = {}, key = privateKey) =>
    new SignJWT({ ...claims(), ...changed })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
      .sign(key, { crit: { 'x-bomb': true } })
  const signByPassword = (password: string) => {
    const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${encode(claims())}`
    return `${input}.${createHmac('sha256', password).update(input).digest('base64url')}`
  }
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  const attacks: Record<string, () => string | Promise<string>> = {
    'that is none': () => '',
    expired: () => sign({ exp: seconds() - 1 }),
    'valid in future': () => sign({ nbf: seconds() + 60 }),
    'with alg none': () => `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${encode(claims())}.`,
    'with HS256 and the public key': () => signByPassword(publicPem),
    'with HS256 and the public key after a blank': () => signByPassword(` ${publicPem}`),
    'of another key': () => sign({}, {}, stranger.privateKey),
    'of another issuer': () => sign({ iss: 'https://evil.test' }),
    'for another audience': () => sign({ aud: 'other' }),
    'of another type': () => sign({}, { typ: 'refresh+jwt' }),
    'with an unknown kid': () => sign({}, { kid: 'other' }),
    'with a path as kid': () => sign({}, { kid: '../../etc/passwd' }),
    'with SQL as kid': () => sign({}, { kid: "' OR 1=1 --" }),
    'with jku and x5u': () => sign({}, { kid: 'other', jku: `${trap.url}/jwks`, x5u: `${trap.url}/chain` }),
    'with an unknown crit': () => sign({}, { crit: ['x-bomb'], 'x-bomb': 1 }),
    'of 16 KB': () => sign({ note: 'x'.repeat(12_000) }),
    'to refresh with': async () => Buffer.alloc(32, 7).toString('base64url'),
  }

  it.each(Object.entries(attacks))('%s is refused with 401 and always the same body', async (_, forge) => {
    const absent = await service.app.inject({ method: 'POST', url: '/api/enrollments', payload: { courseId } })

    const answer = await service.post(await forge(), { courseId })

    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect({ ...answer.json(), requestId: '' }).toEqual({ ...absent.json(), requestId: '' })
    expect(visited).toEqual([])
  })
})

describe('a body', () => {
  const quoted = (value: string) => `{"courseId":${value}}`
  it.each([
    ['no body', ''],
    ['null', 'null'],
    ['a list', '[{"courseId":"c"}]'],
    ['a text', '"c"'],
    ['no course', '{}'],
    ['a number as course', quoted('1')],
    ['null as course', quoted('null')],
    ['a list as course', quoted('["c"]')],
    ['1e400 as course', quoted('1e400')],
    ['an empty course', quoted('""')],
    ['an overlong course', quoted(`"${'c'.repeat(129)}"`)],
    ['a course that is a path', quoted('".."')],
    ['a NUL', quoted(String.raw`"a\u0000b"`)],
    ['an unpaired surrogate', quoted(String.raw`"\ud800"`)],
    ['a line break', quoted(String.raw`"a\r\nb"`)],
    ['bad UTF-8', Buffer.concat([Buffer.from('{"courseId":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])],
    ['a repeated key', '{"courseId":"a","courseId":"b"}'],
    ['__proto__', '{"courseId":"c","__proto__":{"source":"gift"}}'],
    ['a depth bomb', quoted('['.repeat(10_000) + ']'.repeat(10_000))],
    ['a status', '{"courseId":"c","status":"paid"}'],
    ['a tenant', '{"courseId":"c","tenantId":"globex"}'],
    ['a role', '{"courseId":"c","role":"admin"}'],
    ['a price', '{"courseId":"c","price":0}'],
    ['a source that a student may not set', '{"courseId":"c","source":"gift"}'],
    ['a broken end', '{"courseId":"c"'],
  ])('with %s is refused with 400', async (_, payload) => {
    const answer = await post(payload)

    expect(answer.statusCode).toBe(400)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ code: 'request.invalid', instance: '/api/enrollments' })
  })

  it('over the size limit is refused with 413', async () => {
    const answer = await post(`{"courseId":"${'c'.repeat(300_000)}"}`)

    expect(answer.statusCode).toBe(413)
    expect(answer.json()).toMatchObject({ code: 'body.too-large' })
  })
})

describe('a content type', () => {
  it.each([
    ['text/plain'],
    [''],
    ['application/x-www-form-urlencoded'],
    ['application/merge-patch+json'],
    ['application/problem+json'],
    ['application/jsonx'],
    ['text/plain, application/json'],
  ])('"%s" is refused and never bypasses validation', async (contentType) => {
    const answer = await post('{"courseId":"c","role":"admin"}', contentType ? { 'content-type': contentType } : {})

    expect([400, 415]).toContain(answer.statusCode)
  })

  it.each([[' application/json'], ['\tapplication/json']])('%j does not bypass validation', async (contentType) => {
    const answer = await sendRaw('{"courseId":"c","role":"admin"}', `Content-Type:${contentType}`)

    expect(answer).toMatch(/^HTTP\/1.1 4(00|15) /)
  })

  it('with two body lengths is refused before the body is read', async () => {
    expect(await sendRaw('0\r\n\r\n', 'Transfer-Encoding: chunked')).toMatch(/^HTTP\/1.1 400 /)
  })

  async function sendRaw(body: string, header: string): Promise<string> {
    const socket = connect((service.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      `POST /api/enrollments HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${student.token}\r\n` +
        `${header}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    return text(socket)
  }
})

it('an unsupported method is refused with 405 and the allowed methods', async () => {
  const answer = await service.app.inject({ method: 'PUT', url: '/api/enrollments', payload: {} })

  expect(answer.statusCode).toBe(405)
  expect(answer.headers['allow']).toContain('POST')
})
