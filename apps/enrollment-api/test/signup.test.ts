import { randomUUID } from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { aStudent, type Service, startService, waitUntilBlocked, watchStatements } from './helpers.ts'
import { alter, anAccount, anIp, callAs, readEvents } from './people.ts'

// Counts the hashes; each is still made.
vi.mock('@node-rs/argon2', { spy: true })

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const password = 'correct horse battery'
const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  service.app.inject({ method: 'POST', url, payload, headers, remoteAddress: anIp() })
const anAddress = () => `${randomUUID()}@example.com`

type Fields = { email?: string; password?: string; name?: string; locale?: string; pendingEnrollmentCourseId?: string }
const signUp = (fields: Fields = {}, headers?: Record<string, string>) =>
  post('/auth/signup', { email: anAddress(), password, name: 'Ada Lovelace', ...fields }, headers)
const verify = (token: string, headers?: Record<string, string>) => post('/auth/verify-email', { token }, headers)
const signIn = async (email: string, secret = password) =>
  (await post('/auth/signin', { email, password: secret })).statusCode

type Mail = { purpose: string; accountId: string; name: string; email: string; locale: string; token: string }

/** The mails that events ask for, in order, as email-worker fetches them; null if the request has ended. */
async function readMails(email: string, tenantId = 'acme'): Promise<(Mail | null)[]> {
  const caller = { id: 'email-worker', tenantId, roles: ['service'] as const, scopes: ['account-mails'] }
  const { token } = await service.ctx.tokens.issue(caller)
  const { rows } = await service.admin.query<{ id: string }>(
    `SELECT request.id FROM account_requests AS request
     JOIN outbox ON convert_from(outbox.payload, 'UTF8')::jsonb->'payload'->>'request_id' = request.id::text
     WHERE email_key = lower($1) ORDER BY outbox.id`,
    [email],
  )
  return Promise.all(
    rows.map(async ({ id }) => {
      const answer = await service.get(token, `/internal/account-mails/${id}`)
      return answer.statusCode === 200 ? answer.json<Mail>() : null
    }),
  )
}

/** Signs up and returns the token of the mailed link. */
async function mailedToken(fields: Fields & { email: string }): Promise<string> {
  expect((await signUp(fields)).statusCode).toBe(202)
  return (await readMails(fields.email)).at(-1)?.token ?? ''
}

async function readUsers(email: string) {
  const { rows } = await service.admin.query<{ id: string }>(
    `SELECT tenant_id, id, email, name, locale, roles, verified_at IS NOT NULL AS verified
     FROM users WHERE email_key = lower($1)`,
    [email],
  )
  return rows
}

const readLog = () =>
  service
    .log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ msg, level }) => ({ msg, level }))

const operatorsUser = (email: string) => anAccount(service, { email, name: 'Grace', password })

describe('signing up', () => {
  it('makes an account once the link of the mail is opened, and gives back the course to enrol in', async () => {
    const email = anAddress()
    const courseId = 'course_1'

    const answer = await signUp({ email, locale: 'de-at', pendingEnrollmentCourseId: courseId })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ status: 'accepted' })
    expect(await readUsers(email)).toEqual([])
    expect(await signIn(email)).toBe(401)
    const [mail] = await readMails(email)
    expect(mail).toMatchObject({ purpose: 'verification', name: 'Ada Lovelace', email, locale: 'de-AT' })

    const verified = await verify(mail?.token ?? '')

    expect(verified.statusCode).toBe(200)
    expect(verified.json()).toEqual({ email, pendingEnrollmentCourseId: courseId })
    expect(await readUsers(email)).toEqual([
      {
        tenant_id: 'acme',
        id: mail?.accountId,
        email,
        name: 'Ada Lovelace',
        locale: 'de-AT',
        roles: ['student'],
        verified: true,
      },
    ])
    expect(await countEvents('account.verified', mail?.accountId)).toBe(1)
    expect(await signIn(email)).toBe(200)
    expect(await service.count('enrollments')).toBe(0)
  })

  it('belongs to the tenant of the host, even where the link is opened at another', async () => {
    const email = anAddress()
    await signUp({ email }, { host: 'globex.test' })
    const [mail] = await readMails(email, 'globex')

    expect((await verify(mail?.token ?? '')).statusCode).toBe(200)

    expect(await readUsers(email)).toMatchObject([{ tenant_id: 'globex' }])
    expect(await readMails(email, 'acme')).toEqual([null])
  })

  it('uses the language of the tenant if none is chosen', async () => {
    const email = anAddress()
    await signUp({ email })

    expect(await readMails(email)).toMatchObject([{ locale: 'en' }])
  })

  it('is not possible in a tenant that nobody has made', async () => {
    const other = await startService({ DEFAULT_TENANT: 'initech' })
    onTestFinished(() => other.close())
    const payload = { email: anAddress(), password, name: 'Ada' }

    const answer = await other.app.inject({ method: 'POST', url: '/auth/signup', payload })

    expect(answer.json()).toMatchObject({ status: 404, code: 'tenant.not-found' })
  })

  it.each([
    ['a password that many people use', { password: 'Password1' }, '/password'],
    ['a short password', { password: 'sevench' }, '/password'],
    ['an address that no mail reaches', { email: 'ada@localhost' }, '/email'],
    ['two addresses', { email: 'a@example.com,b@example.com' }, '/email'],
    ['an address with a header', { email: 'a@example.com\r\nBcc: b@example.com' }, '/email'],
    ['an invisible name', { name: '\u200b\u00ad' }, '/name'],
    ['a name with a terminal sequence', { name: 'Ada\u001b[31m' }, '/name'],
    ['a language that is no tag', { locale: 'de_' }, '/locale'],
    ['a course that is no id', { pendingEnrollmentCourseId: '..' }, '/pendingEnrollmentCourseId'],
    ['a role', { roles: ['admin'] }, ''],
  ])('is refused with %s', async (_fault, fields, pointer) => {
    const answer = await signUp(fields as Fields)

    expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid', errors: [{ in: 'body', pointer }] })
    expect(JSON.stringify(answer.json())).not.toContain('example.com')
  })

  it('keeps hostile names as text, and writes none of them to the log', async () => {
    const email = anAddress()
    const name = '"}\u2028{{7*7}}<b onclick=x>\' ; DROP TABLE users; -- https://evil.example'
    const token = await mailedToken({ email, name })
    await verify(token)

    const shown = name.replace('\u2028', ' ')
    expect(await readMails(email)).toEqual([null])
    expect(await readUsers(email)).toMatchObject([{ name: shown }])
    for (const secret of [email, 'evil.example', token, password]) expect(service.log()).not.toContain(secret)
  })
})

describe('whoever signs up', () => {
  it('learns nothing about the address: answer, hashes, statements and log lines are the same', async () => {
    const [unknown, pending, verified, disabled, erased] = [
      anAddress(),
      anAddress(),
      anAddress(),
      anAddress(),
      anAddress(),
    ]
    await signUp({ email: pending })
    for (const email of [verified, disabled, erased]) await verify(await mailedToken({ email }))
    await alter(service, 'disabled', ...(await readUsers(disabled)))
    await alter(service, 'erased', ...(await readUsers(erased)))
    const statements = watchStatements()

    const seen = []
    for (const email of [unknown, pending, verified, disabled, erased]) {
      vi.mocked(argon2.hash).mockClear()
      vi.mocked(argon2.verify).mockClear()
      statements.length = 0
      const logged = readLog().length
      const { statusCode, headers, body } = await signUp({ email })
      seen.push({
        statusCode,
        headers: { ...headers, date: '', 'x-request-id': '' },
        body,
        hashes: [vi.mocked(argon2.hash).mock.calls.length, vi.mocked(argon2.verify).mock.calls.length],
        statements: [...statements],
        lines: readLog().slice(logged),
      })
    }

    const [first, ...others] = seen
    expect(first).toMatchObject({ statusCode: 202, hashes: [1, 0] })
    expect(first?.statements.length).toBeGreaterThan(5)
    expect(first?.lines.length).toBeGreaterThan(0)
    for (const other of others) expect(other).toEqual(first)
  })

  it('with a known address reaches only its owner, in whose mail no word is from the stranger', async () => {
    const email = `Grace.${randomUUID()}@example.com`
    const { id: accountId } = await operatorsUser(email)

    await signUp({ email: email.toUpperCase(), name: 'Evil', locale: 'fr', password: 'another password' })

    expect(await readMails(email)).toEqual([
      {
        purpose: 'signup_repeated',
        accountId,
        email,
        name: 'Grace',
        locale: 'de',
        token: null,
        expiresAt: expect.any(String),
      },
    ])
    expect(await readUsers(email)).toMatchObject([{ id: accountId, name: 'Grace', email }])
    expect(await signIn(email)).toBe(200)
    expect(await signIn(email, 'another password')).toBe(401)
  })

  it('with the address of somebody else cannot prepare an account for them', async () => {
    const email = anAddress()
    const strangersToken = await mailedToken({ email, name: 'Evil', password: 'the stranger knows' })

    const token = await mailedToken({ email, name: 'Ada' })

    expect(await readMails(email)).toMatchObject([null, { name: 'Ada' }])
    expect((await verify(strangersToken)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    expect((await verify(token)).statusCode).toBe(200)
    expect((await verify(strangersToken)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    expect(await readUsers(email)).toMatchObject([{ name: 'Ada' }])
    expect(await signIn(email, 'the stranger knows')).toBe(401)
    expect(await signIn(email)).toBe(200)
  })

  it('with the address of a disabled account is told of an account, and not that it is disabled', async () => {
    const email = anAddress()
    const { id } = await operatorsUser(email)
    await alter(service, 'disabled', { id })

    await signUp({ email })

    expect(await readMails(email)).toMatchObject([{ purpose: 'signup_repeated', accountId: id }])
    expect(await signIn(email)).toBe(401)
  })

  it('with the address of an erased account gets a new one', async () => {
    const email = anAddress()
    const { id } = await operatorsUser(email)
    await alter(service, 'erased', { id })

    expect((await verify(await mailedToken({ email }))).statusCode).toBe(200)

    const users = await readUsers(email)
    expect(users).toHaveLength(1)
    expect(users[0]?.id).not.toBe(id)
  })

  it('may write the address in another form, and still has one account', async () => {
    const name = randomUUID()
    const email = `Ada+${name}@bücher.example`
    const stored = `Ada+${name}@xn--bcher-kva.example`
    await verify(await mailedToken({ email: stored }))

    for (const form of [email, ` ${email.toUpperCase()} `, `ada+${name}@bu\u0308cher。example`]) {
      expect((await signUp({ email: form })).statusCode).toBe(202)
      expect(await signIn(form)).toBe(200)
    }

    expect(await readUsers(stored)).toMatchObject([{ email: stored }])
    expect((await readMails(stored)).map((mail) => mail?.purpose)).toEqual([
      undefined,
      ...Array(3).fill('signup_repeated'),
    ])
  })

  it('gets at most five mails a day to an address, however it is written, and what is pending stays', async () => {
    const email = anAddress()
    for (let index = 0; index < 7; index++) {
      expect((await signUp({ email: index % 2 ? email.toUpperCase() : email })).statusCode).toBe(202)
    }

    const mails = await readMails(email)
    expect(mails).toHaveLength(5)
    expect((await verify(mails.at(-1)?.token ?? '')).statusCode).toBe(200)
  })

  it('too often from one place is told to wait', async () => {
    const payload = { email: anAddress(), password, name: 'Ada' }
    const ask = () => service.app.inject({ method: 'POST', url: '/auth/signup', payload, remoteAddress: '10.9.0.1' })
    const answers: number[] = []
    for (let index = 0; index < 101; index++) answers.push((await ask()).statusCode)

    expect(answers).toEqual([...Array(100).fill(202), 429])
  })
})

describe('many at the same moment', () => {
  it('who sign up with one address wait for each other, and the last link opens', async () => {
    const email = anAddress()
    const events = await service.admin.connect()
    await events.query('BEGIN; LOCK TABLE outbox IN EXCLUSIVE MODE')

    const signingUp = Array.from({ length: 5 }, () => signUp({ email }))
    await waitUntilBlocked(service, 5)
    await events.query('COMMIT')
    events.release()

    expect((await Promise.all(signingUp)).map(({ statusCode }) => statusCode)).toEqual(Array(5).fill(202))
    expect((await readMails(email)).map((mail) => mail?.purpose)).toEqual([...Array(4).fill(undefined), 'verification'])
  })

  it('who sign up with one address leave one link that opens', async () => {
    const email = anAddress()

    const answers = await Promise.all(Array.from({ length: 100 }, () => signUp({ email })))

    expect(answers.filter(({ statusCode }) => statusCode === 202).length).toBeGreaterThan(0)
    const mails = await readMails(email)
    expect(mails.filter((mail) => mail !== null)).toHaveLength(1)
    expect(mails.at(-1)).not.toBeNull()
  })

  it('who open one link make one account', async () => {
    const email = anAddress()
    const token = await mailedToken({ email })

    const answers = await Promise.all(Array.from({ length: 100 }, () => verify(token)))

    expect(answers.map(({ statusCode }) => statusCode).sort((one, other) => one - other)).toEqual([
      200,
      ...Array(99).fill(410),
    ])
    expect(await readUsers(email)).toHaveLength(1)
    expect(await countEvents('account.verified', (await readUsers(email))[0]?.id)).toBe(1)
  })

  it('who sign up and open links of one address make one account, and every later sign-up is told so', async () => {
    const email = anAddress()
    const token = await mailedToken({ email })

    await Promise.all([...Array.from({ length: 8 }, () => signUp({ email })), verify(token), verify(token)])
    for (const mail of await readMails(email)) if (mail?.token) await verify(mail.token)

    expect(await readUsers(email)).toHaveLength(1)
    const { rows } = await service.admin.query(
      `SELECT FROM account_requests WHERE email_key = $1 AND purpose = 'verification' AND ended_at IS NULL`,
      [email],
    )
    expect(rows).toEqual([])
  })
})

describe('a link', () => {
  it('that is used, old, unknown or of another kind gets the same refusal', async () => {
    const [used, expired] = [await mailedToken({ email: anAddress() }), await mailedToken({ email: anAddress() })]
    await verify(used)
    await service.admin.query(
      `UPDATE account_requests SET expires_at = now() WHERE encode(uuid_send(id), 'hex') = $1`,
      [Buffer.from(expired, 'base64url').subarray(0, 16).toString('hex')],
    )

    const answers = await Promise.all([used, expired, 'A'.repeat(64), 'x', `${used}x`].map((token) => verify(token)))

    const [first, ...others] = answers.map((answer) => ({ ...answer.json(), requestId: '' }))
    expect(first).toMatchObject({
      status: 410,
      code: 'link.invalid',
      title: 'The link is not valid, or no longer valid',
    })
    for (const other of others) expect(other).toEqual(first)
  })

  it('always opens, whoever guesses links at the same place', async () => {
    const token = await mailedToken({ email: anAddress() })
    const open = (given: string) =>
      service.app.inject({
        method: 'POST',
        url: '/auth/verify-email',
        payload: { token: given },
        remoteAddress: '10.9.0.2',
      })
    const answers: number[] = []
    for (let index = 0; index < 301; index++) answers.push((await open('guess')).statusCode)

    expect(answers).toEqual([...Array(300).fill(410), 429])
    expect((await open(token)).statusCode).toBe(200)
  })

  it('makes its owner known at that place, however often somebody has guessed there', async () => {
    const email = anAddress()
    const token = await mailedToken({ email })
    const ask = (url: string, payload: object) =>
      service.app.inject({ method: 'POST', url, payload, remoteAddress: '10.9.0.3' })
    for (let index = 0; index < 10; index++) await ask('/auth/signin', { email, password: 'guess' })
    expect((await ask('/auth/signin', { email, password })).statusCode).toBe(429)

    expect((await ask('/auth/verify-email', { token })).statusCode).toBe(200)

    expect((await ask('/auth/signin', { email, password })).statusCode).toBe(200)
  })

  it('works again if its use could not be written to the end', async () => {
    const token = await mailedToken({ email: anAddress(), pendingEnrollmentCourseId: 'course_1' })
    await service.admin.query('ALTER TABLE limits RENAME TO limits_away')
    const failed = await verify(token)
    await service.admin.query('ALTER TABLE limits_away RENAME TO limits')

    const answer = await verify(token)

    expect(failed.statusCode).toBe(500)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ pendingEnrollmentCourseId: 'course_1' })
  })

  it('confirms the address of an account that an operator made, unless the account is disabled', async () => {
    const email = anAddress()
    const { id } = await operatorsUser(email)
    const { token: admin } = await aStudent(service, { roles: ['admin'] })
    await alter(service, 'unverified', { id })
    await callAs(service, admin)('POST', `/api/admin/users/${id}/verification`)
    const [mail] = await readMails(email)
    const token = mail?.token ?? ''
    await alter(service, 'disabled', { id })

    expect((await verify(token)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    await alter(service, 'enabled', { id })
    expect((await verify(token)).json()).toEqual({ email, pendingEnrollmentCourseId: null })

    expect(await readUsers(email)).toMatchObject([{ id, verified: true }])
    expect(await countEvents('account.verified', id)).toBe(1)
  })

  it('makes no account if somebody else got the address meanwhile', async () => {
    const email = anAddress()
    const token = await mailedToken({ email })
    const { id } = await operatorsUser(email)

    expect((await verify(token)).json()).toMatchObject({ status: 410, code: 'link.invalid' })

    expect(await readUsers(email)).toMatchObject([{ id }])
  })
})

describe('an account and its event', () => {
  it('are written together or not at all', async () => {
    const email = anAddress()
    const token = await mailedToken({ email })
    await service.admin.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no outbox'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON outbox EXECUTE FUNCTION refuse()`)

    const [verified, signedUp] = [await verify(token), await signUp({ email })]
    await service.admin.query('DROP TRIGGER refuse ON outbox')

    expect([verified.statusCode, signedUp.statusCode]).toEqual([500, 500])
    expect(await readUsers(email)).toEqual([])
    expect(await readMails(email)).toMatchObject([{ token }])
    expect((await verify(token)).statusCode).toBe(200)
  })
})

it('requests are deleted if they expired more than a day ago, whatever became of them', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const other = await startService({ DATABASE_URL: service.config.DATABASE_URL })
  onTestFinished(() => other.close())
  const [old, used, recent] = [anAddress(), anAddress(), anAddress()]
  for (const email of [old, used, recent]) {
    const token = await mailedToken({ email })
    if (email === used) await verify(token)
    const hours = email === recent ? 23 : 25
    await service.admin.query(
      'UPDATE account_requests SET expires_at = now() - make_interval(hours => $1) WHERE email = $2',
      [hours, email],
    )
  }

  vi.advanceTimersByTime(600_000)

  await expect
    .poll(() => other.logged('Old rows purged').filter(({ what }) => what === 'account requests'))
    .toMatchObject([{ purged: 2 }])
  const { rows } = await service.admin.query('SELECT email FROM account_requests WHERE email = ANY ($1)', [
    [old, used, recent],
  ])
  expect(rows).toEqual([{ email: recent }])
})

const countEvents = async (type: string, accountId = '') =>
  (await readEvents(service, accountId)).filter((event) => event.type === type).length
