import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { now } from '@coursewire/service-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLinks } from '../src/accounts/links.ts'
import { endRequests, findRequest, lockAddress, type Purpose } from '../src/accounts/request-repository.ts'
import { createRequest } from '../src/accounts/requests.ts'
import { takeLink } from '../src/accounts/use-link.ts'
import { type Service, startService, waitUntilBlocked } from './helpers.ts'
import { readEvents } from './people.ts'

let service: Service
let mailer: string
beforeAll(async () => {
  service = await startService()
  mailer = await aServiceToken()
})
afterAll(() => service.close())

async function aServiceToken(claims: { tenantId?: string; scopes?: string[] } = {}): Promise<string> {
  const caller = { id: 'email-worker', tenantId: 'acme', roles: ['service'] as const, scopes: ['account-mails'] }
  return (await service.ctx.tokens.issue({ ...caller, ...claims })).token
}

type Details = { accountId?: string; email?: string }

/** Writes a request and returns the id that its event carries. */
async function request(
  purpose: Purpose,
  { accountId = `usr_${randomUUID()}`, email = `${randomUUID()}@example.com` }: Details = {},
) {
  const cause = { tenantId: 'acme', correlationId: randomUUID(), causationId: null }
  const draft = { accountId, purpose, email, emailKey: email, name: 'Ada', locale: 'de', passwordHash: 'hash' }
  await service.ctx.db.transaction((tx) => createRequest(tx, draft, cause, now()))
  const event = (await readEvents(service, accountId)).at(-1)
  return { event, id: event?.payload.request_id ?? '', accountId, email }
}

const fetchMail = (id: string, token = mailer) => service.get(token, `/internal/account-mails/${id}`)
const tokenOf = async (id: string): Promise<string> => (await fetchMail(id)).json().token
const take = (token: string, purposes: Purpose[] = ['verification']) =>
  service.ctx.db.transaction((tx) => takeLink(tx, service.ctx.links, token, purposes))

describe('the request for a mail', () => {
  it.each([
    ['verification', 'account.verification_requested', true],
    ['signup_repeated', 'account.signup_repeated', false],
    ['password_reset', 'account.password_reset_requested', true],
    ['password_changed', 'account.password_changed', false],
    ['address_change', 'account.address_change_requested', true],
    ['address_changed', 'account.address_changed', false],
    ['news_confirmation', 'account.news_requested', true],
  ] as const)('for %s causes %s with ids only, by which the mail can be made', async (purpose, type, hasLink) => {
    const { event, id, accountId, email } = await request(purpose)

    expect(event).toMatchObject({ type, payload: { account_id: accountId, request_id: id } })
    expect(Object.keys(event?.payload ?? {})).toHaveLength(2)
    const answer = await fetchMail(id)
    expect(answer.statusCode).toBe(200)
    const mail = answer.json()
    expect(mail).toEqual({
      purpose,
      accountId,
      name: 'Ada',
      email,
      locale: 'de',
      token: hasLink ? expect.stringMatching(/^[A-Za-z0-9_-]{64}$/) : null,
      expiresAt: expect.any(String),
    })
    expect((await fetchMail(id)).json()).toEqual(mail)
    const { rows } = await service.admin.query(
      `SELECT extract(epoch FROM expires_at - created_at)::int / 3600 AS hours FROM account_requests WHERE id = $1`,
      [id],
    )
    expect(rows).toEqual([{ hours: hasLink ? 24 : 168 }])
  })

  it('is not written if its event is not', async () => {
    const email = `${randomUUID()}@example.com`
    const draft = { purpose: 'verification', email, emailKey: email, name: 'Ada', locale: 'de' } as const
    const cause = { tenantId: 'acme', correlationId: 'x', causationId: null }
    // Longer than an event allows.
    const accountId = 'x'.repeat(129)

    const writing = service.ctx.db.transaction((tx) => createRequest(tx, { ...draft, accountId }, cause, now()))

    await expect(writing).rejects.toThrow('account_id')
    const { rowCount } = await service.admin.query('SELECT FROM account_requests WHERE email = $1', [email])
    expect(rowCount).toBe(0)
  })

  it.each([
    ['verification', 'verification', 'email'],
    ['signup_repeated', 'verification', 'email'],
    ['password_changed', 'password_reset', 'accountId'],
    ['password_changed', 'address_change', 'accountId'],
    ['address_change', 'address_change', 'accountId'],
    ['address_changed', 'address_change', 'accountId'],
    ['address_changed', 'password_reset', 'accountId'],
  ] as const)('for %s ends an older one for %s with the same %s, and nobody else’s', async (newer, older, shared) => {
    const first = await request(older)
    const other = await request(older)
    const token = await tokenOf(first.id)

    await request(newer, { [shared]: first[shared] })

    expect((await fetchMail(first.id)).json()).toMatchObject({ status: 410, code: 'account-mail.ended' })
    await expect(take(token, [older])).rejects.toMatchObject({ code: 'link.invalid' })
    expect((await findRequest(service.ctx.db, first.id))?.passwordHash).toBeNull()
    expect((await fetchMail(other.id)).statusCode).toBe(200)
  })

  it('that only tells what happened is not ended by the next', async () => {
    const first = await request('address_changed')
    await request('address_changed', { accountId: first.accountId })

    expect((await fetchMail(first.id)).statusCode).toBe(200)
  })
})

describe('the API for account mails', () => {
  it('is for the service with its scope, and for nobody else', async () => {
    const { id } = await request('verification')
    const url = `/internal/account-mails/${id}`
    const { token: admin } = await service.ctx.tokens.issue({ id: 'usr_1', tenantId: 'acme', roles: ['admin'] })

    expect((await service.app.inject(url)).statusCode).toBe(401)
    expect((await fetchMail(id, admin)).json()).toMatchObject({ status: 403, code: 'role.insufficient' })
    expect((await fetchMail(id, await aServiceToken({ scopes: [] }))).json()).toMatchObject({
      status: 403,
      code: 'scope.insufficient',
    })
    expect((await fetchMail(id, await aServiceToken({ tenantId: 'globex' }))).json()).toMatchObject({
      status: 404,
      code: 'account-mail.not-found',
    })
  })

  it('knows no request that was never made, and no longer gives away one that is used or expired', async () => {
    const [used, expired] = [await request('verification'), await request('verification')]
    await take(await tokenOf(used.id))
    await service.admin.query('UPDATE account_requests SET expires_at = now() WHERE id = $1', [expired.id])

    expect((await fetchMail(randomUUID())).json()).toMatchObject({ status: 404, code: 'account-mail.not-found' })
    for (const { id } of [used, expired]) {
      expect((await fetchMail(id)).json()).toMatchObject({ status: 410, code: 'account-mail.ended' })
    }
  })
})

describe('a link', () => {
  it('opens once, even for many at the same moment', async () => {
    const { id } = await request('verification')
    const token = await tokenOf(id)

    const results = await Promise.allSettled(Array.from({ length: 20 }, () => take(token)))

    const opened = results.filter((result) => result.status === 'fulfilled')
    expect(opened.map(({ value }) => value.request.id)).toEqual([id])
    const refused = results.filter((result) => result.status === 'rejected')
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['link.invalid']))
  })

  it('gets the same refusal whatever is wrong with it', async () => {
    const [genuine, ended, expired] = [
      await request('verification'),
      await request('verification'),
      await request('verification'),
    ]
    const token = await tokenOf(genuine.id)
    const [endedToken, expiredToken] = [await tokenOf(ended.id), await tokenOf(expired.id)]
    await service.ctx.db.transaction((tx) =>
      endRequests(tx, { tenantId: 'acme', accountId: ended.accountId }, ['verification']),
    )
    await service.admin.query('UPDATE account_requests SET expires_at = now() WHERE id = $1', [expired.id])
    const bent = Buffer.from(token, 'base64url')
    bent[40] = (bent[40] ?? 0) ^ 1
    const foreign = Buffer.concat([Buffer.from(endedToken, 'base64url').subarray(0, 16), bent.subarray(16)])

    const faults = [
      '',
      'x',
      `${token}A`,
      token.slice(1),
      `${token.slice(0, -1)}=`,
      ` ${token}`,
      'A'.repeat(64),
      bent.toString('base64url'),
      foreign.toString('base64url'),
      endedToken,
      expiredToken,
    ]
    const refusals = await Promise.allSettled([...faults.map((fault) => take(fault)), take(token, ['password_reset'])])

    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 'rejected', reason: { kind: 'gone', code: 'link.invalid' } })
    }
    const { request: used } = await take(token)
    expect(used).toMatchObject({ id: genuine.id, email: genuine.email, passwordHash: 'hash' })
  })

  it('is not valid under another seal, nor for longer than it says', async () => {
    const { id } = await request('verification')
    const token = await tokenOf(id)
    const others = createLinks(createSecretKey(randomBytes(32)))
    const taking = service.ctx.db.transaction((tx) => takeLink(tx, others, token, ['verification']))
    await expect(taking).rejects.toMatchObject({ code: 'link.invalid' })

    await service.admin.query(`UPDATE account_requests SET expires_at = expires_at + interval '1 day' WHERE id = $1`, [
      id,
    ])
    await expect(take(token)).rejects.toMatchObject({ code: 'link.invalid' })
  })

  it('waits for whoever is just deciding about its address', async () => {
    const { id, email } = await request('verification')
    const token = await tokenOf(id)
    let taking: Promise<unknown> = Promise.resolve()

    await service.ctx.db.transaction(async (tx) => {
      await lockAddress(tx, 'acme', email)
      taking = take(token).catch((error: { code: string }) => error.code)
      await waitUntilBlocked(service, 1)
      await endRequests(tx, { tenantId: 'acme', emailKey: email }, ['verification'])
    })

    expect(await taking).toBe('link.invalid')
  })
})
