import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { provisionUser } from '../src/accounts/provision.ts'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'
import { alter, anAccount, aPerson, callAs, readEvents, refresh, signIn } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

type Admin = { id: string; tenantId: string; token: string }

/** An admin of a tenant of their own, so that nobody else is in it. */
async function anAdmin(tenantId = `tenant-${randomUUID()}`): Promise<Admin> {
  return aStudent(service, { tenantId, roles: ['admin'] })
}

type Details = { name?: string; email?: string; disabled?: boolean; verified?: boolean; erased?: boolean }

/** A student of the admin's tenant. */
async function aStudentOf({ tenantId }: Admin, details: Details = {}) {
  const { id, token } = await aStudent(service, { tenantId })
  const { name = 'Ada', email = `${id}@example.com`, disabled = false, verified = true, erased = false } = details
  await service.admin.query(
    `UPDATE users SET name = $2, email = $3, email_key = lower($3), disabled_at = CASE WHEN $4 THEN now() END,
       verified_at = CASE WHEN $5 THEN now() END WHERE id = $1`,
    [id, name, email, disabled, verified],
  )
  if (erased) await alter(service, 'erased', { id })
  return { id, token, tenantId }
}

/** A sign-up whose address is not confirmed yet. */
async function aPendingAccount({ tenantId }: Admin, { name = 'Ada', hours = 24, hash = 'hash' as string | null } = {}) {
  const id = `usr_${randomUUID()}`
  await service.admin.query(
    `INSERT INTO account_requests (id, tenant_id, account_id, purpose, email, email_key, name, locale, password_hash, expires_at)
     VALUES ($1, $2, $3, 'verification', $4, lower($4), $5, 'de', $6, now() + make_interval(hours => $7))`,
    [randomUUID(), tenantId, id, `Pending.${id}@example.com`, name, hash, hours],
  )
  return { id, tenantId }
}

async function list({ token }: Admin, query: Record<string, string> = {}) {
  const answer = await service.get(token, `/api/admin/users?${new URLSearchParams(query).toString()}`)
  expect([answer.statusCode, answer.json().code]).toEqual([200, undefined])
  return answer.json<{ items: { id: string; status: string; roles: string[] }[]; nextCursor: string | null }>()
}
const listIds = async (admin: Admin, query: Record<string, string> = {}) =>
  (await list(admin, query)).items.map(({ id }) => id).toSorted()
const idsOf = (...accounts: { id: string }[]) => accounts.map(({ id }) => id).toSorted()

const change = ({ token }: Admin, { id }: { id: string }, payload: object) =>
  service.send('PATCH', token, `/api/admin/users/${id}`, payload)
const readChanges = async ({ token }: Admin, { id }: { id: string }, query = '') =>
  (await service.get(token, `/api/admin/users/${id}/changes${query}`)).json()

describe('the list of accounts', () => {
  it('has those of the tenant with their status, and no erased one', async () => {
    const admin = await anAdmin()
    const [active, unverified, disabled, pending] = [
      await aStudentOf(admin),
      await aStudentOf(admin, { verified: false }),
      await aStudentOf(admin, { disabled: true, verified: false }),
      await aPendingAccount(admin),
    ]
    await aStudentOf(admin, { erased: true })
    await aStudentOf(await anAdmin())
    await aPendingAccount(admin, { hours: -1 })
    // Confirms the address of an account that exists.
    await aPendingAccount(admin, { hash: null })

    const { items } = await list(admin)

    expect(Object.fromEntries(items.map(({ id, status }) => [id, status]))).toEqual({
      [admin.id]: 'active',
      [active.id]: 'active',
      [unverified.id]: 'unverified',
      [disabled.id]: 'disabled',
      [pending.id]: 'pending',
    })
    for (const [status, of] of [
      ['active', [admin, active]],
      ['unverified', [unverified]],
      ['disabled', [disabled]],
      ['pending', [pending]],
    ] as const)
      expect(await listIds(admin, { status })).toEqual(idsOf(...of))
  })

  it('shows what an admin needs', async () => {
    const admin = await anAdmin()
    const pending = await aPendingAccount(admin, { name: 'Grace' })

    expect((await list(admin, { q: 'grace' })).items).toEqual([
      {
        id: pending.id,
        email: `Pending.${pending.id}@example.com`,
        name: 'Grace',
        locale: 'de',
        roles: ['student'],
        status: 'pending',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      },
    ])
  })

  it('is read page by page, each account once', async () => {
    const admin = await anAdmin()
    const accounts: { id: string }[] = [admin]
    for (let count = 0; count < 4; count += 1) accounts.push(await aStudentOf(admin), await aPendingAccount(admin))

    const seen: { id: string }[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(admin, { limit: '2', ...(cursor && { cursor }) })
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items)
      cursor = page.nextCursor
    } while (cursor)

    expect(seen.map(({ id }) => id)).toEqual(idsOf(...accounts).toReversed())
  })

  it('can be limited to those with a role', async () => {
    const admin = await anAdmin()
    const [student, pending] = [await aStudentOf(admin), await aPendingAccount(admin)]

    expect(await listIds(admin, { role: 'admin' })).toEqual([admin.id])
    expect(await listIds(admin, { role: 'student' })).toEqual(idsOf(student, pending))
    expect(await listIds(admin, { role: 'student', status: 'active' })).toEqual([student.id])
    expect(await listIds(admin, { role: 'editor', status: 'pending' })).toEqual([])
  })

  it('can be searched by the beginning of a name or of an address, in any case', async () => {
    const admin = await anAdmin()
    const [emmy, max, pending] = [
      await aStudentOf(admin, { name: 'Émmy Noether', email: 'algebra@example.com' }),
      await aStudentOf(admin, { name: 'Max 100%', email: 'M_ax@example.com' }),
      await aPendingAccount(admin, { name: 'Emma' }),
    ]
    const find = (q: string) => listIds(admin, { q })

    expect(await find('ÉMMY')).toEqual([emmy.id])
    expect(await find(' algebra@EX')).toEqual([emmy.id])
    expect(await find('emma')).toEqual([pending.id])
    expect(await find('PENDING.usr_')).toEqual([pending.id])
    expect(await find('m')).toEqual([max.id])
    expect(await find('max 100%')).toEqual([max.id])
    expect(await find('m_ax')).toEqual([max.id])
    for (const q of ['%', '_ax', 'm%x', 'mmy', String.raw`\m`, "' OR 1=1 --"]) expect(await find(q)).toEqual([])
  })

  it.each([
    ['limit=101'],
    ['limit=1e9'],
    ['limit=0'],
    ['status=erased'],
    ['role=service'],
    ['q='],
    ['q=%00'],
    [`q=${'x'.repeat(201)}`],
    ['cursor=%27'],
    ['order=email'],
    ['tenantId=globex'],
  ])('is not read with %s', async (query) => {
    const { token } = await anAdmin('acme')

    expect((await service.get(token, `/api/admin/users?${query}`)).statusCode).toBe(400)
  })
})

describe('an admin', () => {
  it('sets the roles of an account, which is recorded', async () => {
    const admin = await anAdmin()
    const account = await aStudentOf(admin)

    const answer = await change(admin, account, { roles: ['admin', 'student', 'admin'] })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ id: account.id, roles: ['student', 'admin'], status: 'active' })
    expect(await readChanges(admin, account)).toEqual({
      items: [
        {
          id: expect.any(String),
          changedBy: admin.id,
          changedAt: expect.stringMatching(/Z$/),
          change: { roles: { from: ['student'], to: ['student', 'admin'] } },
        },
      ],
      nextCursor: null,
    })
  })

  it('reads what an operator has changed', async () => {
    const admin = await anAdmin()
    const details = { tenantId: admin.tenantId, email: 'ada@example.com', name: 'Ada', locale: 'en', isVerified: false }
    const provision = (roles: ('student' | 'editor')[], password: string, changes: object) =>
      provisionUser(service.ctx.db, { ...details, roles, password, ...changes })
    const account = await provision(['student'], 'correct horse', {})
    await provision(['student'], 'correct horse', {})
    await provision(['student', 'editor'], 'battery staple', { name: 'Ada King', isVerified: true })

    expect((await readChanges(admin, account)).items).toMatchObject([
      {
        changedBy: 'operator',
        change: { roles: { from: ['student'], to: ['student', 'editor'] }, fields: ['name', 'password', 'verified'] },
      },
    ])
    // The address was confirmed once.
    await provision(['student'], 'battery staple', { name: 'Ada King' })
    expect(await listIds(admin, { status: 'active' })).toEqual(idsOf(admin, account))
  })

  it('records nothing if nothing changes', async () => {
    const admin = await anAdmin()
    const account = await aStudentOf(admin)

    const answers = [
      await change(admin, account, {}),
      await change(admin, account, { roles: ['student'], disabled: false }),
    ]

    for (const answer of answers) expect(answer.json()).toMatchObject({ id: account.id, status: 'active' })
    expect((await readChanges(admin, account)).items).toEqual([])
  })

  it('reads the changes of an account page by page, latest first', async () => {
    const admin = await anAdmin()
    const account = await aStudentOf(admin)
    for (const disabled of [true, false, true]) await change(admin, account, { disabled })

    const first = await readChanges(admin, account, '?limit=2')
    const second = await readChanges(admin, account, `?limit=2&cursor=${first.nextCursor}`)

    const changes = [...first.items, ...second.items].map((entry: { change: object }) => entry.change)
    expect(changes).toEqual([{ disabled: true }, { disabled: false }, { disabled: true }])
    expect(second.nextCursor).toBeNull()
  })

  it('cannot disable or demote themselves', async () => {
    const admin = await anAdmin()
    await aStudentOf(admin)

    for (const wanted of [{ disabled: true }, { roles: ['student'] }]) {
      const answer = await change(admin, admin, wanted)
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'account.own'])
    }
    expect((await change(admin, admin, { roles: ['editor', 'admin'] })).statusCode).toBe(200)
  })

  it('who was demoted or disabled changes nothing more, even with a token from before', async () => {
    const first = await anAdmin()
    const [demoted, disabled, account] = [
      await anAdmin(first.tenantId),
      await anAdmin(first.tenantId),
      await aStudentOf(first),
    ]
    await change(first, demoted, { roles: ['student'] })
    await change(first, disabled, { disabled: true })

    for (const former of [demoted, disabled]) {
      for (const target of [account, first, former]) {
        const answer = await change(former, target, { roles: ['admin'], disabled: false })
        expect([answer.statusCode, answer.json().code]).toEqual([403, 'role.insufficient'])
      }
    }
    expect(await listIds(first, { role: 'admin', status: 'active' })).toEqual([first.id])
  })

  it('remains, however many demote each other at once', async () => {
    const first = await anAdmin()
    const others = [await anAdmin(first.tenantId), await anAdmin(first.tenantId), await anAdmin(first.tenantId)]
    const admins = [first, ...others]

    const pairs = admins.flatMap((one) => admins.filter((other) => other !== one).map((other) => [one, other] as const))
    const answers = await Promise.all(pairs.map(([one, other]) => change(one, other, { roles: ['student'] })))

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 403]))
    const { rows } = await service.admin.query(
      `SELECT count(*)::int AS left FROM users WHERE tenant_id = $1 AND 'admin' = ANY(roles)`,
      [first.tenantId],
    )
    expect(rows).toEqual([{ left: 1 }])
  })

  it.each([
    ['of another tenant', async () => aStudentOf(await anAdmin())],
    ['that is erased', (admin: Admin) => aStudentOf(admin, { erased: true })],
    ['that nobody has', async () => ({ id: 'usr_nobody' })],
    ['that is someone’s sign-up in another tenant', async () => aPendingAccount(await anAdmin())],
  ])('finds no account %s', async (_, make) => {
    const admin = await anAdmin()
    const account = await make(admin)

    const answers = [
      await change(admin, account, { disabled: true }),
      await service.get(admin.token, `/api/admin/users/${account.id}/changes`),
    ]

    for (const answer of answers) expect([answer.statusCode, answer.json().code]).toEqual([404, 'user.not-found'])
    const { rowCount } = await service.admin.query('SELECT FROM users WHERE id = $1 AND disabled_at IS NOT NULL', [
      account.id,
    ])
    expect(rowCount).toBe(0)
  })

  it.each([
    [{ roles: [] }],
    [{ roles: ['service'] }],
    [{ roles: ['student', 'editor', 'admin', 'admin'] }],
    [{ disabled: null }],
    [{ disabled: 'true' }],
    [{ email: 'other@example.com' }],
    [{ tenantId: 'globex' }],
    [[]],
  ])('cannot set %j', async (wanted) => {
    const admin = await anAdmin()

    expect((await change(admin, await aStudentOf(admin), wanted)).statusCode).toBe(400)
  })
})

describe('the mail to confirm an address', () => {
  const resend = ({ token }: Admin, { id }: { id: string }) =>
    callAs(service, token)('POST', `/api/admin/users/${id}/verification`)
  const readRequests = async ({ id }: { id: string }) => {
    const { rows } = await service.admin.query<{ id: string; isOpen: boolean; hash: string | null; course: string }>(
      `SELECT id, ended_at IS NULL AS "isOpen", password_hash AS hash, pending_course_id AS course
       FROM account_requests WHERE account_id = $1 ORDER BY created_at`,
      [id],
    )
    return rows
  }
  const readRequestedMails = async ({ id }: { id: string }) =>
    (await readEvents(service, id)).map(({ type, payload }) => [type, payload.request_id])

  it('of a sign-up is sent again with all that was asked for, and its old link ends', async () => {
    const admin = await anAdmin()
    const pending = await aPendingAccount(admin)
    await service.admin.query(`UPDATE account_requests SET pending_course_id = 'moss' WHERE account_id = $1`, [
      pending.id,
    ])

    const answer = await resend(admin, pending)

    expect([answer.statusCode, answer.body]).toEqual([202, ''])
    const requests = await readRequests(pending)
    expect(requests).toMatchObject([
      { isOpen: false, hash: null },
      { isOpen: true, hash: 'hash', course: 'moss' },
    ])
    expect(await readRequestedMails(pending)).toEqual([['account.verification_requested', requests[1]?.id]])
    expect((await readChanges(admin, pending)).items).toMatchObject([
      { changedBy: admin.id, change: { verificationSent: true } },
    ])
    expect(await listIds(admin, { status: 'pending' })).toEqual([pending.id])
  })

  it('of an account that an operator made is sent without its password', async () => {
    const admin = await anAdmin()
    const unverified = await aStudentOf(admin, { verified: false })

    expect((await resend(admin, unverified)).statusCode).toBe(202)

    const requests = await readRequests(unverified)
    expect(requests).toMatchObject([{ isOpen: true, hash: null, course: null }])
    expect(await readRequestedMails(unverified)).toEqual([['account.verification_requested', requests[0]?.id]])
    expect(await listIds(admin)).toEqual(idsOf(admin, unverified))
  })

  it('has one link that opens, however many are sent at once', async () => {
    const admin = await anAdmin()
    const pending = await aPendingAccount(admin)

    const answers = await Promise.all([resend(admin, pending), resend(admin, pending), resend(admin, pending)])

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202])
    expect((await readRequests(pending)).filter(({ isOpen }) => isOpen)).toHaveLength(1)
  })

  it('counts against the limit of mails to the address', async () => {
    const admin = await anAdmin()
    const pending = await aPendingAccount(admin)
    for (let count = 0; count < 10; count += 1) expect((await resend(admin, pending)).statusCode).toBe(202)

    const answer = await resend(admin, pending)

    expect([answer.statusCode, answer.json().code]).toEqual([429, 'attempts.too-many'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3_600)
    expect(await readRequestedMails(pending)).toHaveLength(10)
  })

  it.each([
    ['is confirmed', (admin: Admin) => aStudentOf(admin), 409, 'verification.not-needed'],
    [
      'is disabled',
      (admin: Admin) => aStudentOf(admin, { verified: false, disabled: true }),
      409,
      'verification.not-needed',
    ],
    ['has expired', (admin: Admin) => aPendingAccount(admin, { hours: -1 }), 404, 'user.not-found'],
    ['nobody has', async () => ({ id: 'usr_nobody' }), 404, 'user.not-found'],
    ['is of another tenant', async () => aStudentOf(await anAdmin(), { verified: false }), 404, 'user.not-found'],
    ['waits in another tenant', async () => aPendingAccount(await anAdmin()), 404, 'user.not-found'],
  ])('is not sent for an account that %s', async (_, make, status, code) => {
    const admin = await anAdmin()
    const account = await make(admin)

    const answer = await resend(admin, account)

    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect(await readRequestedMails(account)).toEqual([])
  })

  it('is not sent by a former admin', async () => {
    const admin = await anAdmin()
    const [former, pending] = [await anAdmin(admin.tenantId), await aPendingAccount(admin)]
    await change(admin, former, { disabled: true })

    const answer = await resend(former, pending)

    expect([answer.statusCode, answer.json().code]).toEqual([403, 'role.insufficient'])
    expect(await readRequestedMails(pending)).toEqual([])
  })
})

describe('a disabled account', () => {
  const countSessions = async (id: string) =>
    (await service.admin.query('SELECT FROM sessions WHERE user_id = $1', [id])).rowCount

  it('ends at once: it has no sessions, enrols nowhere, and its right password is a wrong one', async () => {
    const admin = await anAdmin('acme')
    const { id, email, password, token, refreshToken } = await aPerson(service)
    expect(await countSessions(id)).toBe(1)

    await change(admin, { id }, { disabled: true })

    expect(await countSessions(id)).toBe(0)
    expect(await refresh(service, refreshToken)).toBe(401)
    const enrolled = await service.post(token, { courseId: await anOpenCourse(service) })
    expect([enrolled.statusCode, enrolled.json().code]).toEqual([403, 'account.disabled'])
    const [right, wrong] = [await signIn(service, email, password), await signIn(service, email, 'wrong horse')]
    expect({ ...right.json(), requestId: '' }).toEqual({ ...wrong.json(), requestId: '' })
    expect(right.statusCode).toBe(401)
    expect(await countSessions(id)).toBe(0)

    await change(admin, { id }, { disabled: false })
    expect((await signIn(service, email, password)).statusCode).toBe(200)
  })

  it('has no session, even if it signs in at the same moment', async () => {
    const admin = await anAdmin('acme')
    const { id, email, password } = await anAccount(service)
    const attempt = () => signIn(service, email, password)

    await Promise.all([attempt(), attempt(), attempt(), change(admin, { id }, { disabled: true }), attempt()])

    expect(await countSessions(id)).toBe(0)
  })
})
