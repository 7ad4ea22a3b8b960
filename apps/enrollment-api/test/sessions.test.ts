import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../src/limits/rules.ts'
import { purgeSessions } from '../src/sessions/repository.ts'
import type { SignedIn } from '../src/sessions/service.ts'
import { aStudent, type Service, startService, waitUntilBlocked } from './helpers.ts'
import { alter, anAccount, callAs } from './people.ts'

const name = '__Secure-coursewire_refresh'
const attributes = 'Path=/auth; HttpOnly; Secure; SameSite=Strict'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let service: Service
let other: Service
let origin: string
beforeAll(async () => {
  service = await startService()
  other = await startService({ DATABASE_URL: service.config.DATABASE_URL })
  origin = new URL(service.config.WEB_URL).origin
})
afterAll(async () => {
  await other.close()
  await service.close()
})

const post = (url: string, headers: Record<string, string>, payload?: object, on = service) =>
  on.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) })
const refresh = (refreshToken: string, on = service) => post('/auth/refresh', {}, { refreshToken }, on)
const byCookie = (refreshToken: string, headers: Record<string, string> = {}) => ({
  'x-coursewire': '1',
  origin,
  cookie: `a=b; ${name}=${refreshToken}`,
  ...headers,
})
const cookieOf = (answer: Awaited<ReturnType<typeof post>>) => answer.cookies.find((cookie) => cookie.name === name)

/** Creates a student with a session, as after signing in. */
async function aSession(userAgent?: string) {
  const student = await aStudent(service)
  return { student, ...(await anotherSession(student, userAgent)) }
}

async function anotherSession({ tenantId, id }: { tenantId: string; id: string }, userAgent?: string) {
  const begun = await service.ctx.sessions.begin({ tenantId, id, passwordHash: '' }, userAgent)
  const tokens = begun as SignedIn
  return { ...tokens, sessionId: String(decodeJwt(tokens.token)['sid']) }
}

/** Moves the moment of the last replacement into the past, as if time had gone by. */
const age = (sessionId: string, seconds: number) =>
  service.admin.query('UPDATE sessions SET replaced_at = replaced_at - make_interval(secs => $2) WHERE id = $1', [
    sessionId,
    seconds,
  ])

async function countSessions(userId: string): Promise<number | null> {
  return (await service.admin.query('SELECT FROM sessions WHERE user_id = $1', [userId])).rowCount
}

describe('signing in', () => {
  const [email, password] = ['ada@example.com', randomUUID()]
  beforeAll(() => anAccount(service, { email, password }))
  const signIn = (headers: Record<string, string> = {}) => post('/auth/signin', headers, { email, password })

  it('gives a browser the refresh token as a cookie that scripts, other sites and other paths never see', async () => {
    const answer = await signIn({ 'x-coursewire': '1' })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ token: expect.any(String), expiresIn: 900 })
    const refreshToken = cookieOf(answer)?.value ?? ''
    expect(refreshToken).toMatch(/^[\w-]{64}$/)
    expect(answer.headers['set-cookie']).toBe(`${name}=${refreshToken}; ${attributes}; Max-Age=2592000`)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it.each([[{}], [{ 'x-coursewire': '0' }], [{ 'x-coursewire': 'true' }]])(
    'with the headers %j gives the refresh token in the body, and no cookie',
    async (headers) => {
      const answer = await signIn(headers)

      expect(Object.keys(answer.json()).sort()).toEqual(['expiresIn', 'refreshToken', 'token'])
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.headers['cache-control']).toBe('no-store')
    },
  )

  it('begins no session if the password is changed while it is checked', async () => {
    const { id } = await anAccount(service, { email: 'late@example.com', password })
    const change = await service.admin.connect()
    await change.query('BEGIN')
    await change.query(`UPDATE users SET password_hash = 'another' WHERE id = $1`, [id])

    const signingIn = post('/auth/signin', {}, { email: 'late@example.com', password })
    await waitUntilBlocked(service, 1)
    await change.query('COMMIT')
    change.release()

    expect((await signingIn).json()).toMatchObject({ status: 401, code: 'credentials.invalid' })
    expect(await countSessions(id)).toBe(0)
  })

  it('leaves at most a hundred sessions, also of people who sign in several times at once', async () => {
    const student = await aStudent(service)
    await service.admin.query(
      `INSERT INTO sessions (id, tenant_id, user_id, family_hash, token_hashes, expires_at)
       SELECT gen_random_uuid(), 'acme', $1, decode(md5(number::text || $1), 'hex'), '{}', now() + interval '1 day'
       FROM generate_series(1, 99) AS number`,
      [student.id],
    )

    await Promise.all(Array.from({ length: 10 }, () => anotherSession(student)))

    expect(await countSessions(student.id)).toBe(100)
  })
})

describe('refreshing', () => {
  it('gives new tokens of the same session, and stores only hashes', async () => {
    const { student, refreshToken, sessionId } = await aSession()
    await service.admin.query(
      `UPDATE sessions SET expires_at = now() + interval '1 day', last_used_at = now() - interval '1 day' WHERE id = $1`,
      [sessionId],
    )

    const answer = await refresh(refreshToken)

    expect(answer.statusCode).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    const renewed = answer.json<SignedIn>()
    expect(Object.keys(renewed).sort()).toEqual(['expiresIn', 'refreshToken', 'token'])
    expect(renewed.refreshToken).not.toBe(refreshToken)
    expect(decodeJwt(renewed.token)).toMatchObject({ sub: student.id, tenant_id: 'acme', sid: sessionId })
    expect((await service.get(renewed.token, '/api/enrollments')).statusCode).toBe(200)
    const { rows } = await service.admin.query(
      `SELECT token_hashes, replaced_hashes, expires_at > now() + interval '29 days' AS lasts,
              last_used_at > now() - interval '1 minute' AS used
       FROM sessions WHERE user_id = $1`,
      [student.id],
    )
    const hash = (token: string) => createHash('sha256').update(Buffer.from(token, 'base64url')).digest()
    expect(rows).toEqual([
      { token_hashes: [hash(renewed.refreshToken)], replaced_hashes: [hash(refreshToken)], lasts: true, used: true },
    ])
  })

  it('gives a browser that sends the cookie a new cookie, and nobody else', async () => {
    const { refreshToken } = await aSession()

    const answer = await post('/auth/refresh', byCookie(refreshToken))

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ token: expect.any(String), expiresIn: 900 })
    const next = cookieOf(answer)?.value ?? ''
    expect(answer.headers['set-cookie']).toBe(`${name}=${next}; ${attributes}; Max-Age=2592000`)
    expect((await post('/auth/refresh', byCookie(next), {})).statusCode).toBe(200)
  })

  it.each<[string, Record<string, string>]>([
    ['a foreign Origin', { origin: 'https://evil.test' }],
    ['an Origin on another port', { origin: 'https://learn.test:8443' }],
    ['an Origin without TLS', { origin: 'http://learn.test' }],
    ['an Origin that begins like ours', { origin: 'https://learn.test.evil.test' }],
    ['the Origin null', { origin: 'null' }],
    ['no Origin', { origin: '' }],
    ['no header of a browser', { 'x-coursewire': '' }],
    ['another header of a browser', { 'x-coursewire': '2' }],
  ])('by cookie with %s is forbidden, and changes nothing', async (_, headers) => {
    const { refreshToken } = await aSession()

    const answers = [
      await post('/auth/refresh', byCookie(refreshToken, headers)),
      await post('/auth/signout', byCookie(refreshToken, headers)),
    ]

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 403, code: 'origin.forbidden' })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect((await refresh(refreshToken)).statusCode).toBe(200)
  })

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['no token', () => ({})],
    ['an access token', async () => ({ refreshToken: (await aSession()).token })],
    ['an unknown token', () => ({ refreshToken: 'A'.repeat(64) })],
    ['an empty text', () => ({ refreshToken: '' })],
    ['a text of other characters', () => ({ refreshToken: `${'A'.repeat(63)}=` })],
  ])('with %s is refused with 401', async (_, make) => {
    const answer = await post('/auth/refresh', {}, await make())

    expect(answer.json()).toMatchObject({ status: 401, code: 'session.ended' })
  })

  it('without a body is refused with 401', async () => {
    expect((await post('/auth/refresh', {})).json()).toMatchObject({ status: 401, code: 'session.ended' })
  })

  it('trusts neither of two cookies, one of which a neighbour of our host has set', async () => {
    const { refreshToken } = await aSession()
    const cookie = `${name}=${(await aSession()).refreshToken}; ${name}=${refreshToken}`

    expect((await post('/auth/refresh', byCookie('', { cookie }))).statusCode).toBe(401)
  })

  it('reads the roles anew', async () => {
    const { student, refreshToken } = await aSession()
    await service.admin.query(`UPDATE users SET roles = '{editor,admin}' WHERE id = $1`, [student.id])

    const { token } = (await refresh(refreshToken)).json()

    expect(decodeJwt(token)['roles']).toEqual(['editor', 'admin'])
  })

  it('is refused while the account is disabled, and once it is erased', async () => {
    const { student, refreshToken } = await aSession()

    await alter(service, 'disabled', student)
    expect((await refresh(refreshToken)).json()).toMatchObject({ status: 403, code: 'account.disabled' })
    await alter(service, 'enabled', student)
    const { refreshToken: next } = (await refresh(refreshToken)).json()
    expect(next).toBeDefined()
    await alter(service, 'erased', student)
    expect((await refresh(next)).json()).toMatchObject({ status: 401, code: 'session.ended' })
  })

  it('is refused when the session was not used for thirty days', async () => {
    const { refreshToken, sessionId } = await aSession()
    await service.admin.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [sessionId])

    expect((await refresh(refreshToken)).json()).toMatchObject({ status: 401, code: 'session.ended' })
  })

  it('works in eight tabs at once, on two instances, and all stay in one session', async () => {
    const { student, refreshToken, sessionId } = await aSession()

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => refresh(refreshToken, index % 2 ? other : service)),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200))
    const renewed = answers.map((answer) => answer.json<SignedIn>())
    expect(new Set(renewed.map(({ token }) => decodeJwt(token)['sid']))).toEqual(new Set([sessionId]))
    expect(new Set(renewed.map((tokens) => tokens.refreshToken)).size).toBe(8)
    expect(await countSessions(student.id)).toBe(1)
    const again = await Promise.all(renewed.map((tokens) => refresh(tokens.refreshToken)))
    expect(again.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200))
  })

  it('is answered in the order of arrival, so a tab is not taken for a thief when another tab is a step ahead', async () => {
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    const blocker = await service.admin.connect()
    for (let round = 0; round < 4; round++) {
      const { refreshToken, sessionId } = await aSession()
      const { refreshToken: next } = (await refresh(refreshToken)).json<SignedIn>()
      await blocker.query('BEGIN')
      await blocker.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [sessionId])
      const answers: ReturnType<typeof refresh>[] = []
      for (const token of [...Array<string>(7).fill(refreshToken), next]) {
        answers.push(refresh(token, answers.length % 2 ? other : service))
        await expect.poll(async () => (await service.admin.query(waiting)).rowCount).toBe(answers.length)
      }

      await blocker.query('COMMIT')

      expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200))
    }
    blocker.release()
  })

  it('of one token is limited to a hundred answers', async () => {
    const { refreshToken } = await aSession()
    expect((await refresh(refreshToken)).statusCode).toBe(200)

    const answers = await Promise.all(Array.from({ length: 101 }, () => refresh(refreshToken)))

    const refused = answers.filter(({ statusCode }) => statusCode !== 200)
    expect(refused.map((answer) => answer.json())).toEqual([
      expect.objectContaining({ status: 429, code: 'attempts.too-many' }),
      expect.objectContaining({ status: 429, code: 'attempts.too-many' }),
    ])
    expect(refused[0]?.headers['retry-after']).toBe('10')
  })
})

it('unknown tokens are limited per address, and valid ones from there are not', async () => {
  const { refreshToken } = await aSession()
  const from = (token: string) =>
    service.app.inject({
      method: 'POST',
      url: '/auth/refresh',
      payload: { refreshToken: token },
      remoteAddress: '10.9.0.1',
    })
  const guess = () => from(randomBytes(48).toString('base64url'))

  const guesses = await Promise.all(Array.from({ length: rules.badTokensFromAddress.atMost }, guess))

  expect(new Set(guesses.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
  expect((await guess()).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
  expect((await from(refreshToken)).statusCode).toBe(200)
})

it('expired sessions are deleted by and by', async () => {
  const [{ sessionId }, { refreshToken }] = [await aSession(), await aSession()]
  await service.admin.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [sessionId])

  await purgeSessions(service.ctx.db)

  expect((await service.admin.query('SELECT FROM sessions WHERE id = $1', [sessionId])).rowCount).toBe(0)
  expect((await refresh(refreshToken)).statusCode).toBe(200)
})

describe('a replaced token', () => {
  it('gives another token of its session for ten seconds', async () => {
    const { refreshToken, sessionId } = await aSession()
    const first = (await refresh(refreshToken)).json<SignedIn>()
    await age(sessionId, 9)

    const second = (await refresh(refreshToken)).json<SignedIn>()

    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect((await refresh(first.refreshToken)).statusCode).toBe(200)
    expect((await refresh(second.refreshToken)).statusCode).toBe(200)
  })

  it('ends the session after ten seconds, and the log names it by ids', async () => {
    const { student, refreshToken, sessionId } = await aSession()
    const { refreshToken: next } = (await refresh(refreshToken)).json<SignedIn>()
    await age(sessionId, 10)

    const answer = await refresh(refreshToken)

    expect(answer.json()).toMatchObject({ status: 401, code: 'session.ended' })
    expect((await refresh(next)).statusCode).toBe(401)
    expect(await countSessions(student.id)).toBe(0)
    const warned = service
      .logged('Session ended, because a replaced refresh token was used')
      .filter((line) => line['sessionId'] === sessionId)
    expect(warned).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        service: 'enrollment-api',
        tenantId: 'acme',
        userId: student.id,
        sessionId,
        msg: expect.any(String),
      },
    ])
  })

  it('ends the session at once if its successor has been replaced too', async () => {
    const { student, refreshToken } = await aSession()
    const { refreshToken: second } = (await refresh(refreshToken)).json<SignedIn>()
    await refresh(second)

    expect((await refresh(refreshToken)).statusCode).toBe(401)

    expect(await countSessions(student.id)).toBe(0)
  })

  it('ends the session too if another request with the same predecessor replaced it', async () => {
    const { student, refreshToken, sessionId } = await aSession()
    const [first, second] = (await Promise.all([refresh(refreshToken), refresh(refreshToken)])).map((answer) =>
      answer.json<SignedIn>(),
    )
    await refresh(first?.refreshToken ?? '')
    await age(sessionId, 10)

    expect((await refresh(second?.refreshToken ?? '')).statusCode).toBe(401)

    expect(await countSessions(student.id)).toBe(0)
  })

  it('ends no other session', async () => {
    const { student, refreshToken } = await aSession()
    const { refreshToken: elsewhere } = await anotherSession(student)
    const { refreshToken: second } = (await refresh(refreshToken)).json<SignedIn>()
    await refresh(second)

    await refresh(refreshToken)

    expect((await refresh(elsewhere)).statusCode).toBe(200)
  })

  it('ends the session whatever else uses it at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const { student, refreshToken } = await aSession()
      const { refreshToken: second } = (await refresh(refreshToken)).json<SignedIn>()
      const { refreshToken: third } = (await refresh(second)).json<SignedIn>()

      const [old] = await Promise.all([
        refresh(refreshToken),
        refresh(third, other),
        refresh(second, other),
        refresh(third),
      ])

      expect(old?.statusCode).toBe(401)
      expect(await countSessions(student.id)).toBe(0)
    }
  })
})

describe('signing out', () => {
  it('ends the session of a token in the body, and can be repeated', async () => {
    const { student, refreshToken } = await aSession()

    const answers = [
      await post('/auth/signout', {}, { refreshToken }),
      await post('/auth/signout', {}, { refreshToken }),
      await post('/auth/signout', {}, { refreshToken: 'no token' }),
      await post('/auth/signout', {}),
    ]

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204])
    for (const { headers } of answers) expect(headers['set-cookie']).toBeUndefined()
    expect(await countSessions(student.id)).toBe(0)
    expect((await refresh(refreshToken)).statusCode).toBe(401)
  })

  it('in a browser also removes the cookie', async () => {
    const { student, refreshToken } = await aSession()

    const answer = await post('/auth/signout', byCookie(refreshToken))

    expect(answer.statusCode).toBe(204)
    expect(answer.headers['set-cookie']).toBe(`${name}=; ${attributes}; Max-Age=0`)
    expect(await countSessions(student.id)).toBe(0)
  })

  it('wins over a refresh at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const { student, refreshToken } = await aSession()

      await Promise.all([refresh(refreshToken, other), post('/auth/signout', {}, { refreshToken })])

      expect(await countSessions(student.id)).toBe(0)
    }
  })
})

it('all sessions may be ended in several ways at once', async () => {
  for (let round = 0; round < 10; round++) {
    const { student, token, refreshToken } = await aSession()
    await Promise.all(Array.from({ length: 8 }, () => anotherSession(student)))
    await service.admin.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [student.id])

    const headers = { authorization: `Bearer ${token}` }
    const end = ({ app }: Service) => app.inject({ method: 'DELETE', url: '/api/me/sessions', headers })
    const [one, two, three] = await Promise.all([
      end(service),
      end(other),
      post('/auth/signout', {}, { refreshToken }),
      purgeSessions(service.ctx.db),
      anotherSession(student),
    ])

    expect([one, two, three].map(({ statusCode }) => statusCode)).toEqual([204, 204, 204])
  }
})

describe("the caller's sessions", () => {
  const end = (token: string, id = '') => callAs(service, token)('DELETE', `/api/me/sessions${id && `/${id}`}`)
  const list = async (token: string) => (await service.get(token, '/api/me/sessions')).json()

  it('are listed with browser, system and their uses, and nothing else', async () => {
    const { student, token, sessionId } = await aSession(firefox)
    const app = await anotherSession(student, 'Coursewire/1.0')
    await refresh(app.refreshToken)
    await anotherSession(student).then(({ sessionId: ended }) =>
      service.admin.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [ended]),
    )
    const moments = { firstUsedAt: expect.stringMatching(/Z$/), lastUsedAt: expect.stringMatching(/Z$/) }

    expect(await list(token)).toEqual({
      items: [
        { id: app.sessionId, browser: null, system: null, ...moments, current: false },
        { id: sessionId, browser: 'Firefox', system: 'Linux', ...moments, current: true },
      ],
      nextCursor: null,
    })
  })

  it('end one by one', async () => {
    const { student, token } = await aSession()
    const { sessionId, refreshToken } = await anotherSession(student)

    expect((await end(token, sessionId)).statusCode).toBe(204)

    expect((await refresh(refreshToken)).statusCode).toBe(401)
    expect((await end(token, sessionId)).json()).toMatchObject({ status: 404, code: 'session.not-found' })
  })

  it('end together, all but the current one', async () => {
    const { student, token, refreshToken } = await aSession()
    const others = [await anotherSession(student), await anotherSession(student)]

    expect((await end(token)).statusCode).toBe(204)

    expect((await refresh(refreshToken)).statusCode).toBe(200)
    for (const session of others) expect((await refresh(session.refreshToken)).statusCode).toBe(401)
  })

  it('cannot be seen or ended by anybody else, not even under the same id in another tenant', async () => {
    const { student, sessionId, refreshToken } = await aSession()
    const stranger = await aStudent(service)
    const namesake = await aStudent(service, { tenantId: 'globex', id: student.id })

    for (const { token } of [stranger, namesake]) {
      expect((await end(token, sessionId)).json()).toMatchObject({ status: 404, code: 'session.not-found' })
      expect((await end(token)).statusCode).toBe(204)
      expect(await list(token)).toEqual({ items: [], nextCursor: null })
    }
    expect((await refresh(refreshToken)).statusCode).toBe(200)
  })
})

it('no refresh token or access token gets into the log', async () => {
  const { refreshToken, token } = await aSession()
  const answer = await post('/auth/refresh', byCookie(refreshToken))
  await post('/auth/refresh', byCookie(refreshToken, { origin: 'https://evil.test' }))
  await post('/auth/refresh', {}, { refreshToken: [refreshToken] })
  await post(`/auth/refresh?token=${refreshToken}`, {}, { refreshToken })

  const log = service.log()
  expect(log).toContain('/auth/refresh')
  for (const secret of [refreshToken, token, cookieOf(answer)?.value ?? '']) expect(log).not.toContain(secret)
})
