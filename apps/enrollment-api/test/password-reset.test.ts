import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aStudent, type Service, startService, watchStatements } from './helpers.ts'
import { alter, anIp, aPerson, callAs, meetAt, readEvents, readMails, refresh, signIn } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const next = 'mossy stone wall'
const ask = (email: string, ip?: string) => callAs(service, null, ip)('POST', '/auth/password-reset', { email })
const confirm = (token: string | undefined, password = next, ip?: string) =>
  callAs(service, null, ip)('POST', '/auth/password-reset/confirm', { token, password })

/** Asks for a link and returns its token. */
async function aLink({ id, email }: { id: string; email: string }): Promise<string> {
  await ask(email)
  return (await readMails(service, id)).findLast(({ purpose }) => purpose === 'password_reset')?.token ?? ''
}

describe('the link to reset a password', () => {
  it('sets the password, ends all sessions, and tells the owner', async () => {
    const person = await aPerson(service)

    const asked = await ask(` ${person.email.toUpperCase()}`)
    expect([asked.statusCode, asked.json()]).toEqual([202, { status: 'accepted' }])
    const [mail] = await readMails(service, person.id)
    expect(mail).toMatchObject({ event: 'account.password_reset_requested', email: person.email, status: 200 })
    const answer = await confirm(mail?.token)

    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect((await signIn(service, person.email, person.password)).statusCode).toBe(401)
    expect((await signIn(service, person.email, next)).statusCode).toBe(200)
    expect(await refresh(service, person.refreshToken)).toBe(401)
    const [used, told] = await readMails(service, person.id)
    expect(used).toMatchObject({ status: 410 })
    expect(told).toMatchObject({ event: 'account.password_changed', email: person.email, status: 200, token: null })
  })

  it('shows that the address is its owner’s', async () => {
    const person = await aPerson(service)
    await alter(service, 'unverified', person)

    await confirm(await aLink(person))

    expect((await person.call('GET', '/api/me')).json()).toMatchObject({ verified: true })
    const events = await readEvents(service, person.id)
    expect(events.filter(({ type }) => type === 'account.verified').map(({ payload }) => payload)).toEqual([
      { account_id: person.id },
    ])
  })

  it('confirms the address once, although the link of a sent mail that confirms it still opens', async () => {
    const [person, { token: admin }] = [await aPerson(service), await aStudent(service, { roles: ['admin'] })]
    await alter(service, 'unverified', person)
    await callAs(service, admin)('POST', `/api/admin/users/${person.id}/verification`)
    const [mail] = await readMails(service, person.id)

    await confirm(await aLink(person))
    const answer = await callAs(service, null)('POST', '/auth/verify-email', { token: mail?.token })

    expect(answer.statusCode).toBe(200)
    const events = await readEvents(service, person.id)
    expect(events.filter(({ type }) => type === 'account.verified')).toHaveLength(1)
  })

  it('works once, even for two at the same moment', async () => {
    const person = await aPerson(service)
    const token = await aLink(person)

    const statuses = await meetAt(service, person.id, [
      () => confirm(token, 'mossy stone wall'),
      () => confirm(token, 'dewy stone wall'),
    ])

    expect(statuses).toEqual([204, 410])
    expect((await signIn(service, person.email, 'mossy stone wall')).statusCode).toBe(200)
    expect((await confirm(token)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
  })

  it('still works after somebody has asked for another one, and none works after one was used', async () => {
    const person = await aPerson(service)
    const [older, newer, newest] = [await aLink(person), await aLink(person), await aLink(person)]

    expect((await confirm(newer)).statusCode).toBe(204)
    expect((await confirm(older)).statusCode).toBe(410)
    expect((await confirm(newest)).statusCode).toBe(410)
  })

  it('and a change of the password at the same moment do not both happen: the first counts', async () => {
    for (const isResetFirst of [true, false]) {
      const person = await aPerson(service)
      const token = await aLink(person)
      const wanted = { currentPassword: person.password, newPassword: 'dewy stone wall' }
      const reset = () => confirm(token)
      const change = () => person.call('POST', '/api/me/password', wanted)

      const statuses = await meetAt(service, person.id, isResetFirst ? [reset, change] : [change, reset])

      expect(statuses).toEqual(isResetFirst ? [204, 403] : [204, 410])
      const [chosen, lost] = isResetFirst ? [next, wanted.newPassword] : [wanted.newPassword, next]
      expect((await signIn(service, person.email, chosen)).statusCode).toBe(200)
      expect((await signIn(service, person.email, lost)).statusCode).toBe(401)
    }
  })

  it('leaves no session to somebody who signs in with the old password at the same moment', async () => {
    for (const isResetFirst of [true, false]) {
      const person = await aPerson(service)
      const token = await aLink(person)
      const reset = () => confirm(token)
      const attempt = () => signIn(service, person.email, person.password)

      const statuses = await meetAt(service, person.id, isResetFirst ? [reset, attempt] : [attempt, reset])

      expect(statuses).toEqual(isResetFirst ? [204, 401] : [200, 204])
      const { rowCount } = await service.admin.query('SELECT FROM sessions WHERE user_id = $1', [person.id])
      expect(rowCount).toBe(0)
    }
  })

  it('ends a change of address that was asked for before, but not what tells the old address of an earlier one', async () => {
    const person = await aPerson(service)
    const moveTo = async (email: string) => {
      await person.call('PATCH', '/api/me', { email, currentPassword: person.password })
      return (await readMails(service, person.id)).findLast(({ purpose }) => purpose === 'address_change')?.token
    }
    const moved = `moved-${person.email}`
    await person.call('POST', '/auth/verify-email', { token: await moveTo(moved) })
    const pending = await moveTo(`again-${person.email}`)

    await confirm(await aLink({ id: person.id, email: moved }))

    expect((await person.call('POST', '/auth/verify-email', { token: pending })).statusCode).toBe(410)
    const notice = (await readMails(service, person.id)).find(({ purpose }) => purpose === 'address_changed')
    expect(notice).toMatchObject({ status: 200, email: person.email })
  })

  it('does not work any more once the account has another address, or is disabled', async () => {
    const [moved, disabled] = [await aPerson(service), await aPerson(service)]
    const [first, second] = [await aLink(moved), await aLink(disabled)]
    await service.admin.query(`UPDATE users SET email_key = 'elsewhere@example.com' WHERE id = $1`, [moved.id])
    await alter(service, 'disabled', disabled)

    for (const token of [first, second]) {
      expect((await confirm(token)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    }
    const { rowCount } = await service.admin.query('SELECT FROM sessions WHERE user_id = ANY ($1)', [
      [moved.id, disabled.id],
    ])
    expect(rowCount).toBe(2)
  })

  it('does not work after a day, if it is bent, or for anything else', async () => {
    const person = await aPerson(service)
    const token = await aLink(person)
    const change = { email: `new-${person.email}`, currentPassword: person.password }
    expect((await person.call('PATCH', '/api/me', change)).statusCode).toBeLessThan(300)
    const forAddress = (await readMails(service, person.id)).at(-1)?.token
    const bent = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')

    expect(forAddress).not.toBe(token)
    for (const wrong of ['x', bent, forAddress]) {
      expect((await confirm(wrong)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    }
    expect((await person.call('POST', '/auth/verify-email', { token })).statusCode).toBe(410)
    await service.admin.query('UPDATE account_requests SET expires_at = now() WHERE account_id = $1', [person.id])
    expect((await confirm(token)).statusCode).toBe(410)
  })

  it.each([
    ['a short password', { password: 'seven77' }],
    ['a common password', { password: 'password123' }],
    ['no password', { password: undefined }],
    ['no token', { token: undefined }],
    ['something else', { email: 'ada@example.com' }],
  ])('is not used by a request with %s', async (_, part) => {
    const person = await aPerson(service)
    const token = await aLink(person)

    const body = { token, password: next, ...part }
    expect((await callAs(service, null)('POST', '/auth/password-reset/confirm', body)).statusCode).toBe(400)
    expect((await confirm(token)).statusCode).toBe(204)
  })

  it('lets its owner in at once, however many have guessed the password', async () => {
    const person = await aPerson(service)
    const home = anIp()
    for (let index = 0; index < 10; index++) await signIn(service, person.email, 'a wrong guess', home)
    expect((await signIn(service, person.email, person.password, home)).statusCode).toBe(429)

    await confirm(await aLink(person), next, home)

    expect((await signIn(service, person.email, next, home)).statusCode).toBe(200)
  })

  it('is of the tenant of its account, whichever host it is opened on', async () => {
    const person = await aPerson(service)
    const token = await aLink(person)

    const { statusCode } = await service.app.inject({
      method: 'POST',
      url: '/auth/password-reset/confirm',
      headers: { host: 'globex.test' },
      remoteAddress: anIp(),
      payload: { token, password: next },
    })

    expect(statusCode).toBe(204)
    expect((await signIn(service, person.email, next)).statusCode).toBe(200)
  })
})

describe('asking for a reset', () => {
  it('tells nothing about the address: answer, hashes, statements and log lines are the same', async () => {
    const [known, disabled, pending] = [await aPerson(service), await aPerson(service), `${randomUUID()}@example.com`]
    await alter(service, 'disabled', disabled)
    const signup = { email: pending, password: next, name: 'Grace' }
    await callAs(service, null)('POST', '/auth/signup', signup)
    const mails = (await readMails(service)).length
    const statements = watchStatements()

    const seen = []
    for (const [email, host] of [
      [known.email, 'acme.test'],
      [known.email, 'globex.test'],
      [disabled.email, 'acme.test'],
      [pending, 'acme.test'],
      [`${randomUUID()}@example.com`, 'acme.test'],
    ] as const) {
      statements.length = 0
      const logged = service.log().split('\n').length
      const headers = { host, 'x-request-id': 'same' }
      const request = { method: 'POST', url: '/auth/password-reset', headers, remoteAddress: anIp() } as const
      const answer = await service.app.inject({ ...request, payload: { email } })
      const lines = service
        .log()
        .split('\n')
        .slice(logged - 1, -1)
      seen.push({
        statusCode: answer.statusCode,
        headers: { ...answer.headers, date: '' },
        body: answer.body,
        statements: statements.map((statement) => statement.replace(/^R.*/, 'end of the savepoint')),
        lines: lines.map((line) => ({ ...JSON.parse(line), time: 0, ms: 0 })),
      })
    }

    const [first, ...others] = seen
    expect(first).toMatchObject({ statusCode: 202, body: '{"status":"accepted"}' })
    expect(first?.statements.length).toBeGreaterThan(5)
    expect(first?.lines).toHaveLength(1)
    for (const other of others) expect(other).toEqual(first)
    expect(await readMails(service)).toHaveLength(mails + 1)
    const { rows } = await service.admin.query('SELECT email FROM account_requests WHERE email = ANY ($1)', [
      [known.email, disabled.email, ''],
    ])
    expect(rows).toEqual([{ email: known.email }])
  })

  it('sends ten mails a day to an address, and answers as always', async () => {
    const person = await aPerson(service)
    const statuses: number[] = []
    for (let index = 0; index < 12; index++) statuses.push((await ask(person.email)).statusCode)

    expect(new Set(statuses)).toEqual(new Set([202]))
    const mails = await readMails(service, person.id)
    expect(mails).toHaveLength(10)
    expect((await confirm(mails[0]?.token)).statusCode).toBe(204)
  })

  it('sends a link, however often strangers sign up with the address or want to move to it', async () => {
    const [person, stranger] = [await aPerson(service), await aPerson(service)]
    const signup = { email: person.email, password: next, name: 'Mallory' }
    const attempts = [
      () => callAs(service, null)('POST', '/auth/signup', signup),
      () => stranger.call('PATCH', '/api/me', { email: person.email, currentPassword: stranger.password }),
    ]
    for (let index = 0; index < 10; index++) for (const attempt of attempts) await attempt()

    expect((await confirm(await aLink(person))).statusCode).toBe(204)
  })

  it('is limited per address of the caller', async () => {
    const ip = anIp()
    const statuses: number[] = []
    for (let index = 0; index < 50; index++) statuses.push((await ask(`${index}@example.com`, ip)).statusCode)
    const answer = await ask('another@example.com', ip)

    expect(new Set(statuses)).toEqual(new Set([202]))
    expect(answer.json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  it.each([[{}], [{ email: 'ada' }], [{ email: 'ada@example.com', tenantId: 'globex' }]])(
    'answers 400 to %j',
    async (body) => {
      expect((await callAs(service, null)('POST', '/auth/password-reset', body)).statusCode).toBe(400)
    },
  )
})

it('no log line and no event holds an address, a password or a token', async () => {
  const person = await aPerson(service)
  const token = await aLink(person)
  await confirm(token)

  const { rows } = await service.admin.query(`SELECT convert_from(payload, 'UTF8') AS text FROM outbox`)
  const everything = service.log() + JSON.stringify(rows)
  expect(everything).toContain('/auth/password-reset/confirm')
  for (const secret of [person.email, person.password, token, next]) expect(everything).not.toContain(secret)
})
