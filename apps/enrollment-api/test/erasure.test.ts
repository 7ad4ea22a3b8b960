import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountRequests, limits, sessions } from '../src/db/schema.ts'
import { anOpenCourse, aTenant, type Service, startService } from './helpers.ts'
import {
  aFormerStudent,
  alter,
  anAccount,
  aPerson,
  callAs,
  meetAt,
  readEvents,
  readMails,
  refresh,
  signIn,
} from './people.ts'
import { findTraces } from './traces.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

type Person = Awaited<ReturnType<typeof aPerson>>
const erase = ({ call, password }: Pick<Person, 'call' | 'password'>) => call('DELETE', '/api/me', { password })

async function askAsService(id: string) {
  const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId: 'acme', roles: ['service'] })
  return service.get(token, `/internal/students/${id}`)
}

/** The two admins of a new tenant. */
async function twoAdmins() {
  const tenantId = `tenant-${randomUUID()}`
  await aTenant(service, tenantId)
  async function anAdmin() {
    const account = await anAccount(service, { tenantId, roles: ['admin'] })
    const { token } = await service.ctx.tokens.issue(account)
    return { ...account, call: callAs(service, token) }
  }
  return [await anAdmin(), await anAdmin()] as const
}

describe('an erased account', () => {
  it('leaves its id and the moment, and nothing that tells whose it was', async () => {
    const { comment, ...person } = await aFormerStudent(service)
    await person.call('PATCH', '/api/me', { courseNews: false })

    const answer = await erase(person)

    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    const { rows } = await service.admin.query(
      `SELECT email, email_key, name, locale, password_hash, roles, course_news, erased_at IS NOT NULL AS is_erased
       FROM users WHERE id = $1`,
      [person.id],
    )
    expect(rows).toEqual([
      {
        email: null,
        email_key: null,
        name: null,
        locale: null,
        password_hash: null,
        roles: [],
        course_news: true,
        is_erased: true,
      },
    ])
    expect(await findTraces(service, person.email)).toEqual([])
    expect(await findTraces(service, comment)).toEqual([])
    expect((await findTraces(service, person.id)).toSorted()).toEqual(['enrollments', 'outbox', 'users'])
    expect(service.log()).not.toContain(person.email)
  })

  it('is told to everybody once, with its id and nothing else', async () => {
    const person = await aPerson(service)

    await erase(person)

    const events = await readEvents(service, person.id)
    expect(events.map(({ type, payload }) => ({ type, payload }))).toEqual([
      { type: 'account.erased', payload: { account_id: person.id } },
    ])
  })

  it('is gone for other services, at once', async () => {
    const person = await aPerson(service)
    expect((await askAsService(person.id)).statusCode).toBe(200)

    await erase(person)

    expect((await askAsService(person.id)).json()).toMatchObject({ status: 410, code: 'student.gone' })
    expect((await askAsService(`usr_${randomUUID()}`)).json()).toMatchObject({ status: 404, code: 'student.not-found' })
  })

  it('cannot be signed in to, nor its sessions be continued', async () => {
    const person = await aPerson(service)

    await erase(person)

    expect((await signIn(service, person.email, person.password)).json()).toMatchObject({ code: 'credentials.invalid' })
    expect(await refresh(service, person.refreshToken)).toBe(401)
  })

  it.each([
    ['GET', '/api/me'],
    ['PATCH', '/api/me', { name: 'Grace' }],
    ['DELETE', '/api/me', { password: 'correct horse' }],
    ['POST', '/api/me/password', { currentPassword: 'correct horse', newPassword: 'mossy stone wall' }],
    ['GET', '/api/me/sessions'],
    ['DELETE', '/api/me/sessions'],
    ['DELETE', `/api/me/sessions/${randomUUID()}`],
  ] as const)('is not there for a token that is still valid: %s %s', async (method, url, body?: object) => {
    const person = await aPerson(service)
    await erase(person)

    expect((await person.call(method, url, body)).json()).toMatchObject({ status: 401, code: 'account.gone' })
  })

  it('enrols and writes nothing any more', async () => {
    const person = await aPerson(service)
    const [left, open] = [await anOpenCourse(service), await anOpenCourse(service)]
    await service.post(person.token, { courseId: left })
    await erase(person)

    const enrolled = await service.post(person.token, { courseId: open })
    const comment = `Goodbye ${randomUUID()}`
    await service.send('DELETE', person.token, `/api/enrollments/${left}`, { reason: 'other', comment })

    expect(enrolled.json()).toMatchObject({ status: 401, code: 'account.gone' })
    expect(await findTraces(service, comment)).toEqual([])
  })

  it('ends the links that were sent', async () => {
    const person = await aPerson(service)
    await callAs(service, null)('POST', '/auth/password-reset', { email: person.email })
    const [mail] = await readMails(service, person.id)
    await erase(person)

    const body = { token: mail?.token, password: 'mossy stone wall' }
    const answer = await callAs(service, null)('POST', '/auth/password-reset/confirm', body)

    expect(answer.json()).toMatchObject({ status: 410, code: 'link.invalid' })
  })

  it('leaves its address free for a new account', async () => {
    const person = await aPerson(service)
    await erase(person)

    const again = await aPerson(service, { email: person.email })

    expect(again.id).not.toBe(person.id)
    expect((await askAsService(again.id)).json()).toMatchObject({ email: person.email })
  })

  it('takes the sign-ups of its address with it that came before, and no request of anybody else', async () => {
    const email = `${randomUUID()}@example.com`
    const signup = { email, name: 'Ada', password: 'mossy stone wall' }
    await callAs(service, null)('POST', '/auth/signup', signup)
    const person = await aPerson(service, { email })
    const stranger = `${randomUUID()}@example.com`
    await callAs(service, null)('POST', '/auth/signup', { ...signup, email: stranger })
    await person.call('PATCH', '/api/me', { email: stranger, currentPassword: person.password })

    expect((await erase(person)).statusCode).toBe(204)

    expect(await findTraces(service, email)).toEqual([])
    const { rows } = await service.admin.query('SELECT purpose FROM account_requests WHERE email = $1', [stranger])
    expect(rows).toEqual([{ purpose: 'verification' }])
  })
})

describe('erasing an account', () => {
  it('needs the password, and limits wrong ones', async () => {
    const person = await aPerson(service)
    const guess = () => erase({ password: 'a wrong guess', call: callAs(service, person.token) })

    for (let index = 0; index < 10; index++) expect((await guess()).json()).toMatchObject({ code: 'password.wrong' })
    const answer = await erase(person)

    expect(answer.json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect((await person.call('GET', '/api/me')).statusCode).toBe(200)
  })

  it('deletes the counts about the account', async () => {
    const person = await aPerson(service)
    await erase({ ...person, password: 'a wrong guess' })
    const before = await service.ctx.db.$count(limits)

    await erase(person)

    expect(await service.ctx.db.$count(limits)).toBeLessThan(before)
  })

  it('is refused to the last admin of a tenant', async () => {
    const [admin, other] = await twoAdmins()
    await alter(service, 'disabled', other)

    const refused = await erase(admin)
    await alter(service, 'enabled', other)
    const allowed = await erase(admin)

    expect(refused.json()).toMatchObject({ status: 409, code: 'account.last-admin' })
    expect(allowed.statusCode).toBe(204)
  })

  it('leaves one of two admins who erase themselves at the same moment', async () => {
    const answers = await Promise.all((await twoAdmins()).map(erase))

    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([204, 409])
  })

  it('happens once, however often it is asked for at once', async () => {
    const person = await aPerson(service)

    const answers = await Promise.all([erase(person), erase(person), erase(person)])

    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([204, 401, 401])
    expect(await readEvents(service, person.id)).toHaveLength(1)
  })

  /** Somebody who may be writing about themselves while their account is erased, and a check that nothing of it is left. */
  async function aWriter() {
    const person = await aPerson(service)
    const name = `Ada ${randomUUID()}`
    const comment = `Goodbye ${randomUUID()}`
    const courseId = await anOpenCourse(service)
    await service.post(person.token, { courseId })
    const ask = (url: string, body: object) => () =>
      callAs(service, null)('POST', url, { ...body, email: person.email })
    return {
      ...person,
      writes: {
        rename: () => person.call('PATCH', '/api/me', { name }),
        leave: () => service.send('DELETE', person.token, `/api/enrollments/${courseId}`, { reason: 'other', comment }),
        signIn: () => signIn(service, person.email, person.password),
        reset: ask('/auth/password-reset', {}),
        signUp: ask('/auth/signup', { name: 'Mallory', password: 'mossy stone wall' }),
      },
      expectNothing: async () => {
        for (const trace of [name, comment]) expect(await findTraces(service, trace)).toEqual([])
        expect(await service.ctx.db.$count(accountRequests, eq(accountRequests.accountId, person.id))).toBe(0)
        expect(await service.ctx.db.$count(sessions, eq(sessions.userId, person.id))).toBe(0)
      },
    }
  }

  it('lets nothing be written by those who wait for it', async () => {
    const { writes, expectNothing, ...person } = await aWriter()
    const { rename, leave, signIn: enter, reset, signUp } = writes

    // The last two only write to the address, so they do not wait for the account, but for whoever erases it.
    const statuses = await meetAt(service, person.id, [() => erase(person), rename, leave, enter, reset, signUp])

    expect(statuses).toEqual([204, 401, 404, 401, 202, 202])
    await expectNothing()
  })

  it.each([
    ['rename', 200],
    ['leave', 204],
    ['signIn', 200],
  ] as const)('removes what was being written when it came: %s', async (write, status) => {
    const { writes, expectNothing, ...person } = await aWriter()

    expect(await meetAt(service, person.id, [writes[write], () => erase(person)])).toEqual([status, 204])

    await expectNothing()
  })
})
