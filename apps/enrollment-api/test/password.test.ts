import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aStudent, type Service, startService } from './helpers.ts'
import { alter, anAccount, aPerson, callAs, meetAt, readMails, refresh, signIn } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const next = 'mossy stone wall'
type Person = Awaited<ReturnType<typeof aPerson>>
const change = ({ call, password }: Pick<Person, 'call' | 'password'>, newPassword = next) =>
  call('POST', '/api/me/password', { currentPassword: password, newPassword })

describe('a change of the password', () => {
  it('counts at once, ends all other sessions, keeps this one, and tells the owner', async () => {
    const person = await aPerson(service)
    const other = (await signIn(service, person.email, person.password)).json()

    const answer = await change(person)

    expect(answer.statusCode).toBe(204)
    expect(answer.body).toBe('')
    expect((await signIn(service, person.email, person.password)).statusCode).toBe(401)
    expect((await signIn(service, person.email, next)).statusCode).toBe(200)
    expect(await refresh(service, other.refreshToken)).toBe(401)
    expect(await refresh(service, person.refreshToken)).toBe(200)
    expect(await readMails(service, person.id)).toEqual([
      { event: 'account.password_changed', status: 200, purpose: 'password_changed', email: person.email, token: null },
    ])
  })

  it('ends all sessions if the token is of none', async () => {
    const person = await aPerson(service)
    const { token } = await service.ctx.tokens.issue({ id: person.id, tenantId: 'acme', roles: ['student'] })

    expect((await change({ ...person, call: callAs(service, token) })).statusCode).toBe(204)
    expect(await refresh(service, person.refreshToken)).toBe(401)
  })

  it('accepts the passwords in every form that a keyboard writes', async () => {
    const person = await aPerson(service)
    const written = 'Ångström café für 2'
    expect((await change(person, written.normalize('NFD'))).statusCode).toBe(204)

    const answer = await change({ ...person, password: written.normalize('NFC') }, next)

    expect(answer.statusCode).toBe(204)
  })

  it('needs the current password', async () => {
    const person = await aPerson(service)

    const answer = await change({ ...person, password: 'a wrong guess' })

    expect(answer.json()).toMatchObject({ status: 403, code: 'password.wrong' })
    expect((await signIn(service, person.email, person.password)).statusCode).toBe(200)
    expect(await refresh(service, person.refreshToken)).toBe(200)
    expect(await readMails(service, person.id)).toEqual([])
  })

  it('is limited by wrong guesses, wherever they come from, until the right password comes', async () => {
    const person = await aPerson(service)
    const guess = () => change({ password: 'a wrong guess', call: callAs(service, person.token) })
    for (let index = 0; index < 9; index++) expect((await guess()).statusCode).toBe(403)
    expect((await change(person, person.password)).statusCode).toBe(204)
    for (let index = 0; index < 10; index++) expect((await guess()).statusCode).toBe(403)

    const answer = await change(person)

    expect(answer.json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('is possible ten times a day', async () => {
    const person = await aPerson(service)
    const again = () => change(person, person.password)
    for (let index = 0; index < 10; index++) expect((await again()).statusCode).toBe(204)

    expect((await again()).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(await readMails(service, person.id)).toHaveLength(10)
  })

  it.each([
    ['a short password', { newPassword: 'seven77' }],
    ['a long password', { newPassword: 'x'.repeat(129) }],
    ['a common password', { newPassword: 'PassWord123' }],
    ['a password with a control character', { newPassword: 'mossy\tstone' }],
    ['no new password', { newPassword: undefined }],
    ['no current password', { currentPassword: undefined }],
    ['something else', { name: 'Grace' }],
  ])('is refused with %s', async (_, part) => {
    const { token } = await aStudent(service)

    const body = { currentPassword: 'whatever', newPassword: next, ...part }
    expect((await callAs(service, token)('POST', '/api/me/password', body)).statusCode).toBe(400)
  })

  it('is only for people with an account that is not disabled', async () => {
    const person = await aPerson(service)
    const { token: mailer } = await service.ctx.tokens.issue({ id: 'x', tenantId: 'acme', roles: ['service'] })
    const { token: gone } = await service.ctx.tokens.issue({ id: 'usr_gone', tenantId: 'acme', roles: ['student'] })
    await alter(service, 'disabled', person)

    expect((await change(person)).json()).toMatchObject({ status: 403, code: 'account.disabled' })
    const answers = await Promise.all(
      [null, mailer, gone].map((token) => change({ ...person, call: callAs(service, token) })),
    )
    expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
      [401, 'token.invalid'],
      [403, 'role.insufficient'],
      [401, 'account.gone'],
    ])
  })

  it('happens once if two come at the same moment', async () => {
    const person = await aPerson(service)

    const statuses = await meetAt(service, person.id, [
      () => change(person, 'mossy stone wall'),
      () => change(person, 'dewy stone wall'),
    ])

    expect(statuses).toEqual([204, 403])
    expect((await signIn(service, person.email, 'mossy stone wall')).statusCode).toBe(200)
    expect(await readMails(service, person.id)).toHaveLength(1)
  })

  it.each([
    ['themselves', (person: Person) => change(person)],
    ['by an operator', ({ email }: Person) => anAccount(service, { email, password: next })],
  ])('ends the links that were sent before, if people change it %s', async (_, changePassword) => {
    const person = await aPerson(service)
    await person.call('POST', '/auth/password-reset', { email: person.email })
    await person.call('PATCH', '/api/me', { email: `new-${person.email}`, currentPassword: person.password })
    const [reset, address] = await readMails(service, person.id)

    await changePassword(person)

    const confirmed = { token: reset?.token, password: 'another new one' }
    expect((await person.call('POST', '/auth/password-reset/confirm', confirmed)).statusCode).toBe(410)
    expect((await person.call('POST', '/auth/verify-email', { token: address?.token })).statusCode).toBe(410)
    expect((await signIn(service, person.email, next)).statusCode).toBe(200)
  })
})
