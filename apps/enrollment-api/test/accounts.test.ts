import { createHash, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { provisionClient, provisionUser } from '../src/accounts/provision.ts'
import { aStudent, type Service, startService } from './helpers.ts'

const password = randomUUID()
let service: Service
let userId: string
beforeAll(async () => {
  service = await startService()
  const details = { email: 'ada@example.com', name: 'Ada', locale: 'de', roles: ['student'], password } as const
  const { id } = await provisionUser(service.ctx.db, { ...details, roles: [...details.roles], tenantId: 'acme' })
  userId = id
})
afterAll(() => service.close())

/** Each caller has an address of its own, so that the limit per address stays out of the way. */
let callers = 0
const call = (
  url: string,
  payload: object,
  headers: Record<string, string> = {},
  remoteAddress = `10.0.0.${++callers}`,
) => service.app.inject({ method: 'POST', url, payload, headers, remoteAddress })
const signIn = (email: string, secret: string, ...rest: [headers?: Record<string, string>, address?: string]) =>
  call('/auth/signin', { email, password: secret }, ...rest)

const check = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`)), {
    issuer: service.config.JWT_ISSUER,
    audience: service.config.JWT_AUDIENCE,
    algorithms: ['ES256'],
  })

describe('signing in', () => {
  it('gives an access token that the key set proves, and a refresh token kept as its hash', async () => {
    const answer = await signIn('Ada@Example.com', password)

    expect(answer.statusCode).toBe(200)
    const { token, refreshToken, expiresIn } = answer.json()
    expect(Object.keys(answer.json()).sort()).toEqual(['expiresIn', 'refreshToken', 'token'])
    const { payload, protectedHeader } = await check(token)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    expect(payload).toMatchObject({ sub: userId, tenant_id: 'acme', roles: ['student'] })
    expect([expiresIn, (payload.exp ?? 0) - (payload.iat ?? 0)]).toEqual([900, 900])

    const { rows } = await service.admin.query(
      `SELECT user_id, family_id, expires_at > now() + interval '29 days' AS lasts FROM refresh_tokens WHERE token_hash = $1`,
      [createHash('sha256').update(refreshToken).digest()],
    )
    expect(rows).toEqual([{ user_id: userId, family_id: expect.any(String), lasts: true }])
  })

  it('the access token opens the API, the refresh token does not', async () => {
    const { token, refreshToken } = (await signIn('ada@example.com', password)).json()

    expect((await service.get(token, '/api/enrollments')).statusCode).toBe(200)
    expect((await service.get(refreshToken, '/api/enrollments')).statusCode).toBe(401)
  })

  it('answers the same to a wrong password, an unknown address and another tenant', async () => {
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

  it('checks a password for unknown addresses as well, a few at a time, and other requests go first', async () => {
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

  it('of one account is limited, from wherever, and with a spoofed address too', async () => {
    const answers: number[] = []
    for (let index = 0; index < 21; index++) {
      const answer = await signIn('one@example.com', 'guess', { 'x-forwarded-for': `192.0.2.${index}` })
      answers.push(answer.statusCode)
      if (index === 20) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }

    expect(answers).toEqual([...Array(20).fill(401), 429])
    expect((await signIn('ONE@example.com', 'guess')).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect((await signIn('ada@example.com', password)).statusCode).toBe(200)
  })

  it('from one address is limited, whichever the accounts', async () => {
    const answers: number[] = []
    for (let index = 0; index < 101; index++) {
      const spoofed = { 'x-forwarded-for': `192.0.2.${index}` }
      const answer = await call('/auth/signin', { email: 'not an address' }, spoofed, '10.1.0.1')
      answers.push(answer.statusCode)
    }

    expect(answers).toEqual([...Array(100).fill(400), 429])
  })

  it('works for who has signed in from there before, whoever guesses or floods elsewhere', async () => {
    const email = 'home@example.com'
    await provisionUser(service.ctx.db, {
      tenantId: 'acme',
      email,
      name: 'H',
      locale: 'en',
      roles: ['student'],
      password,
    })
    const atHome = () => signIn(email, password, {}, '10.5.0.1')
    expect((await atHome()).statusCode).toBe(200)
    for (let index = 0; index < 21; index++) await signIn(email, 'guess')
    expect((await signIn(email, password)).statusCode).toBe(429)
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

  it('keeps no service from its token, and services keep nobody from signing in', async () => {
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

  it('reads no more than a form can hold', async () => {
    const ofLength = (length: number) => ({ email: 'ada@example.com', password: 'x'.repeat(length) })
    const [atMost, more] = [ofLength(15_000), ofLength(17_000)]

    expect((await call('/auth/signin', atMost)).statusCode).toBe(400)
    expect((await call('/auth/signin', more)).statusCode).toBe(413)
    expect((await call('/auth/service-token', more)).statusCode).toBe(413)
    expect(
      (await call('/auth/signin', { email: 'ada@example.com', password: '\u0001'.repeat(1_024) })).statusCode,
    ).toBe(401)
  })

  it('again and again leaves no more than a hundred refresh tokens, the latest', async () => {
    await service.admin.query(
      `INSERT INTO refresh_tokens (token_hash, family_id, tenant_id, user_id, issued_at, expires_at)
       SELECT decode(lpad(to_hex(number), 64, '0'), 'hex'), gen_random_uuid(), 'acme', $1, now() - make_interval(secs => number), now() + interval '1 day'
       FROM generate_series(1, 150) AS number`,
      [userId],
    )

    const { refreshToken } = (await signIn('ada@example.com', password)).json()

    const { rows } = await service.admin.query<{ hash: Buffer }>(
      'SELECT token_hash AS hash FROM refresh_tokens WHERE user_id = $1',
      [userId],
    )
    const hashes = rows.map(({ hash }) => hash.toString('hex'))
    expect(hashes).toHaveLength(100)
    expect(hashes).toContain(createHash('sha256').update(refreshToken).digest('hex'))
    expect(hashes).toContain((1).toString(16).padStart(64, '0'))
  })

  it('knows an address however it is written', async () => {
    const email = 'r&d@xn--bcher-kva.example'
    await provisionUser(service.ctx.db, {
      tenantId: 'acme',
      email,
      name: 'R',
      locale: 'de',
      roles: ['student'],
      password,
    })

    expect((await signIn('\u202a R&D@BÜCHER.example\u202c\u200b ', password)).statusCode).toBe(200)
  })

  it('opens an account whose address no account could have today', async () => {
    const email = `${'a'.repeat(65)}@example.com`
    await provisionUser(service.ctx.db, {
      tenantId: 'acme',
      email,
      name: 'A',
      locale: 'de',
      roles: ['student'],
      password,
    })

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
  ])('with the body %j is 400', async (body) => {
    expect((await call('/auth/signin', body)).statusCode).toBe(400)
  })

  it('drops the refresh tokens of the user that have ended', async () => {
    await service.admin.query(`UPDATE refresh_tokens SET expires_at = now() - interval '1 second'`)

    await signIn('ada@example.com', password)

    const { rows } = await service.admin.query(
      'SELECT expires_at > now() AS lasts FROM refresh_tokens WHERE user_id = $1',
      [userId],
    )
    expect(rows).toEqual([{ lasts: true }])
  })

  it('leaves neither password nor address nor token in the log', () => {
    const everything = JSON.stringify(['Request completed', 'Request refused'].flatMap(service.logged))

    expect(everything).toContain('/auth/signin')
    expect(everything).not.toMatch(new RegExp(`${password}|example\\.com|eyJ`))
  })
})

describe('a service', () => {
  const [clientId, clientSecret] = ['email-worker', randomUUID()]
  beforeAll(() => provisionClient(service.ctx.db, { id: clientId, secret: clientSecret, tenants: ['acme', 'globex'] }))

  const askToken = (body: object) => call('/auth/service-token', body)

  it('gets a token for a tenant that is among its own', async () => {
    const answer = await askToken({ clientId, clientSecret, tenantId: 'globex' })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ token: expect.any(String), expiresIn: 900 })
    const { payload } = await check(answer.json().token)
    expect(payload).toMatchObject({ sub: clientId, tenant_id: 'globex', roles: ['service'] })
  })

  it.each([
    ['wrong secret', { clientId, clientSecret: 'wrong', tenantId: 'acme' }],
    ['unknown client', { clientId: 'stranger', clientSecret, tenantId: 'acme' }],
  ])('with a %s is refused with one text', async (_, body) => {
    const answer = await askToken(body)

    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'client.invalid', title: 'Client or secret is wrong' })
  })

  it('with its secret and a tenant that is not its own is forbidden, which nobody else learns', async () => {
    const refused = await askToken({ clientId, clientSecret, tenantId: 'initech' })
    const guessed = await askToken({ clientId, clientSecret: 'wrong', tenantId: 'initech' })

    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'tenant.forbidden' })
    expect(guessed.statusCode).toBe(401)
  })

  it('that asks too often is told to wait', async () => {
    const ask = () =>
      call('/auth/service-token', { clientId: 'hasty', clientSecret: 'x', tenantId: 'acme' }, {}, '10.2.0.1')
    const answers: number[] = []
    for (let index = 0; index < 61; index++) answers.push((await ask()).statusCode)

    expect(answers).toEqual([...Array(60).fill(401), 429])
  })

  it('asks from one address as often as from one network of IPv6, whichever client it says it is', async () => {
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

  it('gets its token while one stranger asks for as many as it can, under ever new names', async () => {
    const flood = floodWithClients(60, () => '10.3.0.1')

    const answer = await call('/auth/service-token', { clientId, clientSecret, tenantId: 'acme' }, {}, '10.3.0.2')

    expect(answer.statusCode).toBe(200)
    await flood.ended
  })

  it('that has shown its secret gets its token at once, even from where a flood comes, and from everywhere', async () => {
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

  it('reads a student of the tenant its token is for, and of no other', async () => {
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

  it('alone may read students', async () => {
    const { token, id } = await aStudent(service)

    expect((await service.get(token, `/internal/students/${id}`)).statusCode).toBe(403)
    expect((await service.app.inject(`/internal/students/${id}`)).statusCode).toBe(401)
  })
})

describe('an account', () => {
  const details = { tenantId: 'acme', email: 'grace@example.com', name: 'Grace', locale: 'en' } as const
  const provision = (secret: string, roles: ('student' | 'editor')[] = ['student', 'editor']) =>
    provisionUser(service.ctx.db, { ...details, roles, password: secret })

  it('is made once; what is given again changes nothing, and what is new signs the user out', async () => {
    const [first, second] = [randomUUID(), randomUUID()]

    const created = await provision(first)
    const { refreshToken } = (await signIn(details.email, first)).json()
    const repeated = await provision(first, ['editor', 'student'])
    expect(await countTokens(refreshToken)).toBe(1)
    const updated = await provision(second)

    expect([created.outcome, repeated.outcome, updated.outcome]).toEqual(['Created', 'Unchanged', 'Updated'])
    expect(new Set([created.id, repeated.id, updated.id]).size).toBe(1)
    expect(await countTokens(refreshToken)).toBe(0)
    expect((await signIn(details.email, first)).statusCode).toBe(401)
    expect((await signIn(details.email, second)).statusCode).toBe(200)
  })

  it('made twice at the same moment is one', async () => {
    const twin = { ...details, email: 'twin@example.com', roles: ['student' as const], password: randomUUID() }

    const made = await Promise.all([provisionUser(service.ctx.db, twin), provisionUser(service.ctx.db, twin)])

    expect(made.map(({ outcome }) => outcome).sort()).toEqual(['Created', 'Unchanged'])
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  })

  async function countTokens(refreshToken: string): Promise<number | null> {
    const hash = createHash('sha256').update(refreshToken).digest()
    return (await service.admin.query('SELECT FROM refresh_tokens WHERE token_hash = $1', [hash])).rowCount
  }

  it('of a service can be given another secret and other tenants', async () => {
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
  ])('made in its %s form opens in any form a keyboard writes', async (form, chosen) => {
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

  it('that was once hashed as it was typed still opens', async () => {
    const mixed = `${composed} ${decomposed}`
    for (const [name, typed, ...forms] of [
      ['old', decomposed, composed, decomposed],
      ['older', mixed, mixed],
    ] as const) {
      const email = `${name}@example.com`
      const details = {
        email,
        name: 'Ada',
        locale: 'de' as const,
        roles: ['student' as const],
        password: 'another one',
      }
      const { id } = await provisionUser(service.ctx.db, { ...details, tenantId: 'acme' })
      await service.admin.query('UPDATE users SET password_hash = $1 WHERE id = $2', [await hash(typed), id])

      for (const form of forms) expect((await signIn(email, form)).statusCode).toBe(200)
    }
  })
})
