import { createHmac } from 'node:crypto'
import { decodeJwt, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildApp, serve, startIssuer } from './helpers.ts'

async function buildGuardedApp(jwksUrl: string) {
  const app = await buildApp({ jwksUrl })
  app.get('/mine', { config: { access: ['student'] } }, async (request) => ({
    ...request.caller,
    tenant: request.tenantId,
  }))
  app.get('/admin', { config: { access: ['admin', 'editor'] } }, async () => ({}))
  app.get('/scoped', { config: { access: ['service'], scope: 'account-mails' } }, async (request) => request.caller)
  app.get('/open', { config: { access: 'public' } }, async (request) => ({ tenant: request.tenantId }))
  const call = (token: string, url = '/mine') => app.inject({ url, headers: { authorization: `Bearer ${token}` } })
  return { app, call }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a valid token', () => {
  it('determines the caller and the tenant', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    const answer = await call(await sign({ roles: ['student', 'editor'] }))

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      id: 'student-1',
      tenantId: 'acme',
      roles: ['student', 'editor'],
      tenant: 'acme',
    })
  })

  it('names the session in which its holder has signed in', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    expect((await call(await sign({ sid: 'session-1' }))).json()).toMatchObject({ sessionId: 'session-1' })
  })

  it.each([['at+jwt'], ['JWT']])('of type %s is accepted', async (typ) => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    expect((await call(await sign({}, { typ }))).statusCode).toBe(200)
  })

  it('without the required role is refused with 403', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    const answer = await call(await sign(), '/admin')

    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ code: 'role.insufficient', status: 403, instance: '/admin' })
  })

  it.each([
    ['account-mails', 200],
    ['other account-mails', 200],
    ['account-mails-too', 403],
    ['', 403],
    [undefined, 403],
  ])('with the scope %j gets %i where a scope is required', async (scope, status) => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    const answer = await call(await sign({ roles: ['service'], scope }), '/scoped')

    expect(answer.statusCode).toBe(status)
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'scope.insufficient' })
  })

  it('with a scope but without the role is refused', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    const answer = await call(await sign({ roles: ['student'], scope: 'account-mails' }), '/scoped')

    expect(answer.json()).toMatchObject({ status: 403, code: 'role.insufficient' })
  })

  it('causes one fetch of the key set, however many requests carry it', async () => {
    const { jwksUrl, sign, fetched } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)
    const token = await sign()

    const answers = await Promise.all(Array.from({ length: 20 }, () => call(token)))

    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true)
    expect(fetched).toHaveLength(1)
  })

  it('is not remembered past its end', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)
    const token = await sign({ exp: Math.floor(Date.now() / 1000) + 2 })

    expect((await call(token)).statusCode).toBe(200)

    await expect.poll(async () => (await call(token)).statusCode, { timeout: 10_000 }).toBe(401)
  })
})

describe('an invalid token', () => {
  const now = () => Math.floor(Date.now() / 1000)

  type Issuer = Awaited<ReturnType<typeof startIssuer>>
  const attacks: Record<string, (issuer: Issuer) => Promise<string> | string> = {
    expired: ({ sign }) => sign({ exp: now() - 1 }),
    'without an end': ({ sign }) => sign({ exp: undefined }),
    'not valid yet': ({ sign }) => sign({ nbf: now() + 60 }),
    'of another issuer': ({ sign }) => sign({ iss: 'https://evil.test' }),
    'without an issuer': ({ sign }) => sign({ iss: undefined }),
    'for another audience': ({ sign }) => sign({ aud: 'somebody-else' }),
    'for no audience': ({ sign }) => sign({ aud: undefined }),
    'without a subject': ({ sign }) => sign({ sub: undefined }),
    'with a NUL in the subject': ({ sign }) => sign({ sub: 'student\0-1' }),
    'without a tenant': ({ sign }) => sign({ tenant_id: undefined }),
    'with a list as tenant': ({ sign }) => sign({ tenant_id: ['acme'] }),
    'with a list as session': ({ sign }) => sign({ sid: ['session-1'] }),
    'with a NUL in the tenant': ({ sign }) => sign({ tenant_id: 'ac\0me' }),
    'without roles': ({ sign }) => sign({ roles: undefined }),
    'with an empty list of roles': ({ sign }) => sign({ roles: [] }),
    'with roles in one string': ({ sign }) => sign({ roles: 'student' }),
    'with a list as scope': ({ sign }) => sign({ scope: ['account-mails'] }),
    'with an unknown role': ({ sign }) => sign({ roles: ['student', 'root'] }),
    'of another type': ({ sign }) => sign({}, { typ: 'refresh+jwt' }),
    'of no type': ({ sign }) => sign({}, { typ: undefined }),
    'with an unknown key id': ({ sign }) => sign({}, { kid: 'key-2' }),
    'without a key id': ({ sign }) => sign({}, { kid: undefined }),
    'with a path as key id': ({ sign }) => sign({}, { kid: '../../etc/passwd' }),
    'with SQL as key id': ({ sign }) => sign({}, { kid: "' or 1=1 --" }),
    'with an overlong key id': ({ sign }) => sign({}, { kid: 'k'.repeat(129) }),
    'with an unknown critical header': ({ sign }) =>
      sign({}, { crit: ['x-bomb'], 'x-bomb': 1 }, { crit: { 'x-bomb': true } }),
    'with another key in its header': async ({ jwk }) => {
      const other = await generateKeyPair('ES256')
      return new SignJWT({ sub: 'a', tenant_id: 'acme', roles: ['admin'], exp: now() + 60 })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'key-1', jwk })
        .sign(other.privateKey)
    },
    'signed with a published key of another algorithm': async ({ sign, strayKeys }) => {
      return new SignJWT(decodeJwt(await sign()))
        .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid: 'key-384' })
        .sign(strayKeys.privateKey)
    },
    unsigned: async ({ sign }) => {
      const [, payload] = (await sign()).split('.')
      return `${encode({ alg: 'none', typ: 'JWT', kid: 'key-1' })}.${payload}.`
    },
    'signed with nothing under ES256': async ({ sign }) => (await sign()).split('.').slice(0, 2).join('.') + '.',
    'signed with the public key as a password': async (issuer) => hmac(issuer, await exportSPKI(issuer.keys.publicKey)),
    'signed with the public key after a blank': async (issuer) =>
      hmac(issuer, ` \n${await exportSPKI(issuer.keys.publicKey)}`),
    'changed after signing': async ({ sign }) => {
      const [header, , signature] = (await sign()).split('.')
      return `${header}.${encode({ sub: 'a', tenant_id: 'acme', roles: ['admin'], exp: now() + 60 })}.${signature}`
    },
    'longer than 8 KB': ({ sign }) => sign({ note: 'x'.repeat(9_000) }),
    'of 16 KB': ({ sign }) => sign({ note: 'x'.repeat(12_000) }),
    'opaque, as a refresh token is': () => 'b3BhcXVlLXJlZnJlc2gtdG9rZW4',
    'only dots': () => '...',
    'of other bytes': () => 'é.ü.ß',
  }

  async function hmac({ sign }: Issuer, secret: string) {
    const [, payload] = (await sign()).split('.')
    const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })}.${payload}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }

  it.each(Object.entries(attacks))('that is %s gets the same 401 as every other', async (_name, forge) => {
    const issuer = await startIssuer()
    const { app, call } = await buildGuardedApp(issuer.jwksUrl)
    const withoutToken = await app.inject({ url: '/mine' })

    const answer = await call(await forge(issuer))

    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect({ ...answer.json(), requestId: '' }).toEqual({ ...withoutToken.json(), requestId: '' })
    expect(issuer.fetched.length).toBeLessThanOrEqual(1)
  })

  it.each([['Basic dXNlcjpwYXNz'], ['Bearer'], ['Bearer  '], ['Bearer a b'], ['token']])(
    'in the header "%s" gets 401',
    async (authorization) => {
      const { jwksUrl } = await startIssuer()
      const { app } = await buildGuardedApp(jwksUrl)

      expect((await app.inject({ url: '/mine', headers: { authorization } })).statusCode).toBe(401)
    },
  )

  it('cannot make us fetch anything, because jku, x5u and jwk are ignored', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const visited: string[] = []
    const trap = await serve((request, response) => {
      visited.push(request.url ?? '')
      response.end()
    })
    const { call } = await buildGuardedApp(jwksUrl)

    await call(await sign({}, { kid: 'key-9', jku: `${trap.url}/keys`, x5u: `${trap.url}/chain` }))
    await call(await sign({}, { jku: `${trap.url}/keys`, x5u: `${trap.url}/chain` }))

    expect(visited).toEqual([])
  })

  it.each([
    ['without a signature', { alg: 'none', typ: 'JWT', kid: 'key-1' }],
    ['with a shared secret', { alg: 'HS256', typ: 'JWT', kid: 'key-1' }],
    ['of another type', { alg: 'ES256', typ: 'refresh+jwt', kid: 'key-1' }],
    ['with a path as key id', { alg: 'ES256', typ: 'JWT', kid: '../key-1' }],
    ['with a critical header that is null', { alg: 'ES256', typ: 'JWT', kid: 'key-1', crit: null }],
  ])('%s according to its header is refused before any key is fetched', async (_name, header) => {
    const { jwksUrl, sign, fetched } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)
    const [, payload, signature] = (await sign()).split('.')

    expect((await call(`${encode(header)}.${payload}.${signature}`)).statusCode).toBe(401)
    expect(fetched).toEqual([])
  })

  it.each([['JWT_ISSUER'], ['JWT_AUDIENCE']])('is every token if %s is empty', async (name) => {
    const { jwksUrl, sign } = await startIssuer()
    const app = await buildApp({ jwksUrl, config: { [name]: '' } })
    app.get('/mine', { config: { access: ['student'] } }, async () => ({}))

    const answer = await app.inject({ url: '/mine', headers: { authorization: `Bearer ${await sign()}` } })

    expect(answer.statusCode).toBe(401)
  })

  it('with ever new key ids causes one fetch of the key set', async () => {
    const { jwksUrl, sign, fetched } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    for (let index = 0; index < 50; index++) {
      expect((await call(await sign({}, { kid: `key-x${index}` }))).statusCode).toBe(401)
    }

    expect(fetched).toHaveLength(1)
  })
})

describe('the key set', () => {
  it('that cannot be fetched causes 503 and few attempts, and recovers by itself', async () => {
    const issuer = await startIssuer()
    let isDown = true
    let attempts = 0
    const gate = await serve((_request, response) => {
      attempts += 1
      if (isDown) response.writeHead(500).end()
      else response.end(JSON.stringify({ keys: [issuer.jwk] }))
    })
    const { call } = await buildGuardedApp(gate.url)
    const token = await issuer.sign()

    const answers = await Promise.all(Array.from({ length: 20 }, () => call(token)))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 503))
    expect(answers[0]?.headers['retry-after']).toBe('2')
    expect(attempts).toBe(1)

    for (let index = 0; index < 50; index++) await call(token)
    expect(attempts).toBeLessThan(10)

    isDown = false
    await expect.poll(async () => (await call(token)).statusCode, { timeout: 10_000 }).toBe(200)
  })

  it('that cannot be fetched again stays in use', async () => {
    const issuer = await startIssuer()
    const gate = await serve((_request, response) => response.end(JSON.stringify({ keys: [issuer.jwk] })))
    const { call } = await buildGuardedApp(gate.url)
    expect((await call(await issuer.sign())).statusCode).toBe(200)

    await gate.close()

    expect((await call(await issuer.sign({ sub: 'student-2' }))).statusCode).toBe(200)
    expect((await call(await issuer.sign({}, { kid: 'key-2' }))).statusCode).toBe(401)
  })

  it('invalidates remembered tokens too when a refresh no longer has their key', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const issuer = await startIssuer()
    const keys = [issuer.jwk]
    const gate = await serve((_request, response) => response.end(JSON.stringify({ keys })))
    const { call } = await buildGuardedApp(gate.url)
    const token = await issuer.sign()
    expect((await call(token)).statusCode).toBe(200)

    keys.pop()
    expect((await call(token)).statusCode).toBe(200)
    vi.advanceTimersByTime(300_000)

    await expect.poll(async () => (await call(token)).statusCode, { timeout: 10_000 }).toBe(401)
  })
})

describe('the own key set', () => {
  async function buildIssuer() {
    const [first, second] = [await startIssuer(), await startIssuer()]
    const keys = [first.jwk, { ...second.jwk, kid: 'key-2' }]
    const current: { set: { keys: typeof keys } | null } = { set: null }
    const app = await buildApp({ jwksUrl: first.jwksUrl, keySet: () => current.set })
    app.get('/mine', { config: { access: ['student'] } }, async () => ({}))
    const call = async (token: string) =>
      (await app.inject({ url: '/mine', headers: { authorization: `Bearer ${token}` } })).statusCode
    const tokens = [await first.sign(), await second.sign({}, { kid: 'key-2' })] as const
    const publish = (published: typeof keys) => {
      current.set = { keys: published }
    }
    return { app, keys, publish, call, tokens, fetched: first.fetched }
  }

  it('causes 503 until it is known', async () => {
    const { app, keys, publish, call, tokens } = await buildIssuer()

    expect(await call(tokens[0])).toBe(503)
    expect((await app.inject('/health/ready')).statusCode).toBe(503)
    publish(keys)
    expect(await call(tokens[0])).toBe(200)
    expect((await app.inject('/health/ready')).statusCode).toBe(200)
  })

  it('counts as it is at each moment, also for remembered tokens, and is never fetched', async () => {
    const { keys, publish, call, tokens, fetched } = await buildIssuer()

    publish(keys.slice(0, 1))
    expect([await call(tokens[0]), await call(tokens[1])]).toEqual([200, 401])
    publish(keys)
    expect([await call(tokens[0]), await call(tokens[1])]).toEqual([200, 200])
    publish(keys.slice(1))
    expect([await call(tokens[0]), await call(tokens[1])]).toEqual([401, 200])
    expect(fetched).toEqual([])
  })
})

describe('a public route', () => {
  it('takes the tenant from the host name, or the default tenant', async () => {
    const { jwksUrl } = await startIssuer()
    const { app } = await buildGuardedApp(jwksUrl)

    const named = await app.inject({ url: '/open', headers: { host: 'ACME.test:3000' } })
    const unknown = await app.inject({ url: '/open', headers: { host: 'other.test' } })

    expect(named.json()).toEqual({ tenant: 'acme' })
    expect(unknown.json()).toEqual({ tenant: 'house' })
  })

  it('takes the tenant from a valid token, and is open to callers with an expired one', async () => {
    const { jwksUrl, sign } = await startIssuer()
    const { call } = await buildGuardedApp(jwksUrl)

    const named = await call(await sign({ tenant_id: 'other' }), '/open')
    const ended = await call(await sign({ tenant_id: 'other', exp: 1 }), '/open')

    expect(named.json()).toEqual({ tenant: 'other' })
    expect(ended.json()).toEqual({ tenant: 'house' })
  })
})

describe('a route', () => {
  it('without an access policy stops the start', async () => {
    const app = await buildApp()

    expect(() => app.get('/forgotten', async () => ({}))).toThrow('GET /forgotten has no access policy')
    const contradiction = { access: 'public', scope: 'account-mails' } as const
    expect(() => app.get('/open', { config: contradiction }, async () => ({}))).toThrow('GET /open is public')
  })

  it('that requires roles needs a token check', async () => {
    const app = await buildApp()

    expect(() => app.get('/guarded', { config: { access: ['admin'] } }, async () => ({}))).toThrow('no token check')
  })
})
