import { randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { provisionClient, provisionUser } from '../src/accounts/provision.ts'
import { aStudent, type Service, startService } from './helpers.ts'
import { anAccount, anIp } from './people.ts'

// Floods wait only where hashes are as slow as they are in production.
vi.unmock('@node-rs/argon2')

const password = randomUUID()
let service: Service
let userId: string
beforeAll(async () => {
  service = await startService()
  userId = (await anAccount(service, { email: 'ada@example.com', password })).id
})
afterAll(() => service.close())

const call = (url: string, payload: object, headers: Record<string, string> = {}, remoteAddress = anIp()) =>
  service.app.inject({ method: 'POST', url, payload, headers, remoteAddress })
const signIn = (email: string, secret: string, ...rest: [headers?: Record<string, string>, address?: string]) =>
  call('/auth/signin', { email, password: secret }, ...rest)
const refresh = (refreshToken: string) => call('/auth/refresh', { refreshToken })

const check = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`)), {
    issuer: service.config.JWT_ISSUER,
    audience: service.config.JWT_AUDIENCE,
    algorithms: ['ES256'],
  })

describe('signing in', () => {
  it('gives an access token that the key set verifies, and a refresh token of a session', async () => {
    const answer = await signIn('Ada@Example.com', password)

    expect(answer.statusCode).toBe(200)
    const { token, refreshToken, expiresIn } = answer.json()
    expect(Object.keys(answer.json()).sort()).toEqual(['expiresIn', 'refreshToken', 'token'])
    const { payload, protectedHeader } = await check(token)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    expect(payload).toMatchObject({ sub: userId, tenant_id: 'acme', roles: ['student'] })
    expect([expiresIn, (payload.exp ?? 0) - (payload.iat ?? 0)]).toEqual([900, 900])

    const { rows } = await service.admin.query(
      `SELECT user_id, expires_at > now() + interval '29 days' AS lasts FROM sessions WHERE id = $1`,
      [payload['sid']],
    )
    expect(rows).toEqual([{ user_id: userId, lasts: true }])
    expect((await refresh(refreshToken)).statusCode).toBe(200)
  })

  it('gives an access token that opens the API, and a refresh token that does not', async () => {
    const { token, refreshToken } = (await signIn('ada@example.com', password)).json()

    expect((await service.get(token, '/api/enrollments')).statusCode).toBe(200)
    expect((await service.get(refreshToken, '/api/enrollments')).statusCode).toBe(401)
  })

  it('gives the same answer for a wrong password, an unknown address and another tenant', async () => {
    const answers = [
      await signIn('ada@example.com', 'wrong'),
      await signIn('nobody@example.com', password),
      await signIn('ada@example.com', password, { host: 'globex.test' }),
    ]

    const [first] = answers.map((answer) => ({ ...answer.json(), requestId: '' }))
    expect(first).toMatchObject({ status: 401, code: 'credentials.invalid' })
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401)
      expect({ ...answer.json(), requestId: '' }).toEqual(first)
    }
  })

  it('checks a password for unknown addresses too, a few at a time, without delaying other requests', async () => {
    let finished = 0
    const attempts = Array.from({ length: 80 }, async (_, index) => {
      const answer = await signIn(`nobody-${index}@example.com`, 'guess')
      finished += 1
      return answer
    })

    const other = await service.app.inject('/.well-known/jwks.json')
    const finishedBefore = finished
    const answers = await Promise.all(attempts)

    expect(other.statusCode).toBe(200)
    expect(finishedBefore).toBeLessThan(50)
    const busy = answers.filter(({ statusCode }) => statusCode === 503)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy[0]?.headers['retry-after']).toBe('2')
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBe(80 - busy.length)
  })

  it('works from an address used before, whoever floods from there or from elsewhere', async () => {
    const email = 'home@example.com'
    await anAccount(service, { email, password })
    const atHome = () => signIn(email, password, {}, '10.5.0.1')
    expect((await atHome()).statusCode).toBe(200)
    let waiting = 150
    const flood = Array.from({ length: 150 }, async (_, index) => {
      await signIn(`nobody-${index}@example.com`, 'guess', {}, index < 120 ? '10.5.0.1' : `10.5.1.${index}`)
      waiting -= 1
    })

    const answer = await atHome()

    expect(answer.statusCode).toBe(200)
    expect(waiting).toBeGreaterThan(20)
    await Promise.all(flood)
  })

  it('does not keep services from their tokens, nor do services keep people from signing in', async () => {
    const [id, secret] = [randomUUID(), randomUUID()]
    await provisionClient(service.ctx.db, { id, secret, tenants: ['acme'] })
    const askToken = (clientId: string, clientSecret: string) =>
      call('/auth/service-token', { clientId, clientSecret, tenantId: 'acme' })
    const ofPeople = Array.from({ length: 80 }, (_, index) => signIn(`none-${index}@example.com`, 'guess'))
    expect((await askToken(id, secret)).statusCode).toBe(200)
    await Promise.all(ofPeople)

    const ofServices = Array.from({ length: 80 }, () => askToken(randomUUID(), 'guess'))
    expect((await signIn('twice@example.com', 'guess')).statusCode).toBe(401)
    await Promise.all(ofServices)
  })

  it('refuses a body larger than any sign-in form', async () => {
    const ofLength = (length: number) => ({ email: 'ada@example.com', password: 'x'.repeat(length) })
    const [atMost, more] = [ofLength(15_000), ofLength(17_000)]

    expect((await call('/auth/signin', atMost)).statusCode).toBe(400)
    expect((await call('/auth/signin', more)).statusCode).toBe(413)
    expect((await call('/auth/service-token', more)).statusCode).toBe(413)
    expect(
      (await call('/auth/signin', { email: 'ada@example.com', password: '\u0001'.repeat(1_024) })).statusCode,
    ).toBe(401)
  })

  it('leaves a user at most the latest hundred sessions', async () => {
    const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
    await service.admin.query(
      `INSERT INTO sessions (id, tenant_id, user_id, family_hash, token_hashes, created_at, expires_at)
       SELECT id, 'acme', $1, decode(md5(id::text), 'hex'), '{}', now() - make_interval(secs => place), now() + interval '1 day'
       FROM unnest($2::uuid[]) WITH ORDINALITY AS made (id, place)`,
      [userId, Array.from({ length: 150 }, (_, index) => idOf(index + 1))],
    )

    await signIn('ada@example.com', password)

    const { rows } = await service.admin.query<{ id: string }>(
      'SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC',
      [userId],
    )
    expect(rows).toHaveLength(100)
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([idOf(1), idOf(2), idOf(3)]))
    expect(rows.at(0)?.id).not.toBe(idOf(1))
  })

  it('accepts every spelling of an address', async () => {
    const email = 'r&d@xn--bcher-kva.example'
    await anAccount(service, { email, password })

    expect((await signIn('\u202a R&D@BÜCHER.example\u202c\u200b ', password)).statusCode).toBe(200)
  })

  it('works for an account whose address would be refused today', async () => {
    const email = `${'a'.repeat(65)}@example.com`
    await anAccount(service, { email, password })

    expect((await signIn(email.toUpperCase(), password)).statusCode).toBe(200)
  })

  it.each([
    [{ email: 'ada@example.com' }],
    [{ email: 'ada', password: 'x' }],
    [{ email: ['ada@example.com'], password: 'x' }],
    [{ email: 'ada@example.com', password: '' }],
    [{ email: 'ada@example.com', password: 'x'.repeat(1_025) }],
    [{ email: `${'a'.repeat(250)}@example.com`, password: 'x' }],
    [{ email: 'ada@example.com', password: 'x', tenantId: 'globex' }],
  ])('answers 400 to the body %j', async (body) => {
    expect((await call('/auth/signin', body)).statusCode).toBe(400)
  })

  it('deletes the expired sessions of the user', async () => {
    await service.admin.query(`UPDATE sessions SET expires_at = now() - interval '1 second'`)

    await signIn('ada@example.com', password)

    const { rows } = await service.admin.query('SELECT expires_at > now() AS lasts FROM sessions WHERE user_id = $1', [
      userId,
    ])
    expect(rows).toEqual([{ lasts: true }])
  })

  it('writes no password, address or token to the log', () => {
    const everything = JSON.stringify(['Request completed', 'Request refused'].flatMap(service.logged))

    expect(everything).toContain('/auth/signin')
    expect(everything).not.toMatch(new RegExp(`${password}|example\\.com|eyJ`))
  })
})

describe('a service', () => {
  const [clientId, clientSecret] = ['email-worker', randomUUID()]
  beforeAll(() => provisionClient(service.ctx.db, { id: clientId, secret: clientSecret, tenants: ['acme', 'globex'] }))

  const askToken = (body: object) => call('/auth/service-token', body)

  it('gets a token for one of its own tenants', async () => {
    const answer = await askToken({ clientId, clientSecret, tenantId: 'globex' })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ token: expect.any(String), expiresIn: 900 })
    const { payload } = await check(answer.json().token)
    expect(payload).toMatchObject({ sub: clientId, tenant_id: 'globex', roles: ['service'] })
  })

  it.each([
    ['wrong secret', { clientId, clientSecret: 'wrong', tenantId: 'acme' }],
    ['unknown client', { clientId: 'stranger', clientSecret, tenantId: 'acme' }],
  ])('gets the same refusal for every fault, such as a %s', async (_, body) => {
    const answer = await askToken(body)

    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'client.invalid', title: 'Client or secret is wrong' })
  })

  it('is forbidden a foreign tenant, which only the holder of its secret learns', async () => {
    const refused = await askToken({ clientId, clientSecret, tenantId: 'initech' })
    const guessed = await askToken({ clientId, clientSecret: 'wrong', tenantId: 'initech' })

    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'tenant.forbidden' })
    expect(guessed.statusCode).toBe(401)
  })

  it('is told to wait if it asks too often', async () => {
    const ask = () =>
      call('/auth/service-token', { clientId: 'hasty', clientSecret: 'x', tenantId: 'acme' }, {}, '10.2.0.1')
    const answers: number[] = []
    for (let index = 0; index < 61; index++) answers.push((await ask()).statusCode)

    expect(answers).toEqual([...Array(60).fill(401), 429])
  })

  it('is limited per address or IPv6 network, whichever client it claims to be', async () => {
    const ask = async (index: number, address: string) => {
      const body = { clientId: `made-up-${address}-${index}`, clientSecret: 'x', tenantId: 'acme' }
      return (await call('/auth/service-token', body, {}, address)).statusCode
    }
    const answers = { sameNetwork: [] as number[], sameAddress: [] as number[] }
    for (let index = 0; index < 61; index++) {
      answers.sameNetwork.push(await ask(index, `2001:db8:1:2::${index.toString(16)}`))
      answers.sameAddress.push(await ask(index, index % 2 ? '::ffff:10.2.0.7' : '10.2.0.7'))
    }

    expect(answers.sameNetwork).toEqual([...Array(60).fill(401), 429])
    expect(answers.sameAddress).toEqual([...Array(60).fill(401), 429])
    expect(await ask(0, '2001:db8:1:3::1')).toBe(401)
  })

  it('gets its token while a stranger floods the service under ever new names', async () => {
    const flood = floodWithClients(60, () => '10.3.0.1')

    const answer = await call('/auth/service-token', { clientId, clientSecret, tenantId: 'acme' }, {}, '10.3.0.2')

    expect(answer.statusCode).toBe(200)
    await flood.ended
  })

  it('that has shown its secret gets its token at once, from any address, even one that a flood comes from', async () => {
    expect((await askToken({ clientId, clientSecret, tenantId: 'acme' })).statusCode).toBe(200)
    const flood = floodWithClients(150, (index) => (index < 75 ? '10.4.0.1' : `10.4.1.${index}`))

    const answers = await Promise.all(
      ['10.4.0.1', '10.4.0.2'].map((address) =>
        call('/auth/service-token', { clientId, clientSecret, tenantId: 'globex' }, {}, address),
      ),
    )

    expect(flood.waiting()).toBeGreaterThan(20)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    await flood.ended
  })

  function floodWithClients(requests: number, addressOf: (index: number) => string) {
    let waiting = requests
    const answers = Array.from({ length: requests }, async (_, index) => {
      const body = { clientId: `flood-${randomUUID()}`, clientSecret: 'x', tenantId: 'acme' }
      await call('/auth/service-token', body, {}, addressOf(index))
      waiting -= 1
    })
    return { ended: Promise.all(answers), waiting: () => waiting }
  }

  it('reads students only of the tenant that its token is for', async () => {
    const [acme, globex] = await Promise.all(
      ['acme', 'globex'].map(async (tenantId) => (await askToken({ clientId, clientSecret, tenantId })).json().token),
    )

    const found = await service.get(acme, `/internal/students/${userId}`)
    const foreign = await service.get(globex, `/internal/students/${userId}`)

    expect(found.statusCode).toBe(200)
    expect(found.json()).toEqual({ id: userId, name: 'Ada', email: 'ada@example.com', locale: 'de' })
    expect(foreign.statusCode).toBe(404)
    expect(foreign.json()).toMatchObject({ code: 'student.not-found' })
  })

  it('may read students, and nobody else may', async () => {
    const { token, id } = await aStudent(service)

    expect((await service.get(token, `/internal/students/${id}`)).statusCode).toBe(403)
    expect((await service.app.inject(`/internal/students/${id}`)).statusCode).toBe(401)
  })
})

describe('an account', () => {
  const details = { tenantId: 'acme', email: 'grace@example.com', name: 'Grace', locale: 'en' } as const
  const provision = (secret: string, roles: ('student' | 'editor')[] = ['student', 'editor']) =>
    provisionUser(service.ctx.db, { ...details, roles, password: secret })

  it('is created once; repeating it changes nothing, and changing it signs the user out', async () => {
    const [first, second] = [randomUUID(), randomUUID()]

    const created = await provision(first)
    const signedIn = (await signIn(details.email, first)).json()
    const repeated = await provision(first, ['editor', 'student'])
    const { refreshToken } = (await refresh(signedIn.refreshToken)).json()
    const updated = await provision(second)

    expect([created.outcome, repeated.outcome, updated.outcome]).toEqual(['Created', 'Unchanged', 'Updated'])
    expect(new Set([created.id, repeated.id, updated.id]).size).toBe(1)
    expect((await refresh(refreshToken)).statusCode).toBe(401)
    expect((await signIn(details.email, first)).statusCode).toBe(401)
    expect((await signIn(details.email, second)).statusCode).toBe(200)
  })

  it('is created once by two commands at the same moment', async () => {
    const twin = { ...details, email: 'twin@example.com', roles: ['student' as const], password: randomUUID() }

    const made = await Promise.all([provisionUser(service.ctx.db, twin), provisionUser(service.ctx.db, twin)])

    expect(made.map(({ outcome }) => outcome).sort()).toEqual(['Created', 'Unchanged'])
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  })

  it('of a service can get another secret and other tenants', async () => {
    const [id, first, second] = ['rotating', randomUUID(), randomUUID()]
    const provision = (secret: string, tenants: string[]) => provisionClient(service.ctx.db, { id, secret, tenants })
    const askToken = async (clientSecret: string, tenantId: string) =>
      (await call('/auth/service-token', { clientId: id, clientSecret, tenantId })).statusCode

    expect(await provision(first, ['acme', 'globex'])).toBe('Created')
    expect(await provision(first, ['globex', 'acme'])).toBe('Unchanged')
    expect(await provision(second, ['acme'])).toBe('Updated')

    expect(await askToken(second, 'acme')).toBe(200)
    expect(await askToken(second, 'globex')).toBe(403)
    expect(await askToken(first, 'globex')).toBe(401)
    expect(await askToken(first, 'acme')).toBe(401)
  })
})

describe('a password', () => {
  const composed = 'Ångström café für 2'.normalize('NFC')
  const decomposed = composed.normalize('NFD')
  it.each([
    ['composed', composed],
    ['decomposed', decomposed],
  ])('that was set in its %s form is accepted in every form that a keyboard writes', async (form, chosen) => {
    const details = { email: `${form}@example.com`, name: 'Ada', locale: 'de', roles: ['student' as const] } as const
    const account = { ...details, roles: [...details.roles], tenantId: 'acme' }
    await provisionUser(service.ctx.db, { ...account, password: chosen })

    expect((await signIn(details.email, composed)).statusCode).toBe(200)
    expect((await signIn(details.email, decomposed)).statusCode).toBe(200)
    expect((await signIn(details.email, composed.replace('é', 'e'))).statusCode).toBe(401)
    for (const password of [composed, decomposed]) {
      expect(await provisionUser(service.ctx.db, { ...account, password })).toMatchObject({ outcome: 'Unchanged' })
    }
  })

  it('that was hashed as typed is still accepted', async () => {
    const mixed = `${composed} ${decomposed}`
    for (const [name, typed, ...forms] of [
      ['old', decomposed, composed, decomposed],
      ['older', mixed, mixed],
    ] as const) {
      const email = `${name}@example.com`
      const { id } = await anAccount(service, { email })
      await service.admin.query('UPDATE users SET password_hash = $1 WHERE id = $2', [await hash(typed), id])

      for (const form of forms) expect((await signIn(email, form)).statusCode).toBe(200)
    }
  })
})
