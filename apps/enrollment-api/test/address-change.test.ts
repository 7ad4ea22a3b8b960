import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, startService, watchStatements } from './helpers.ts'
import { alter, aPerson, callAs, meetAt, readEvents, readMails, signIn } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

type Person = Awaited<ReturnType<typeof aPerson>>
const aNewAddress = () => `new-${randomUUID()}@example.com`
const ask = ({ call, password }: Pick<Person, 'call' | 'password'>, email: string) =>
  call('PATCH', '/api/me', { email, currentPassword: password })
const open = (token: string | undefined) => callAs(service, null)('POST', '/auth/verify-email', { token })
const addressOf = async ({ call }: Person): Promise<string> => (await call('GET', '/api/me')).json().email

/** Asks for another address and returns the token of the link. */
async function aLink(person: Person, email: string): Promise<string> {
  await ask(person, email)
  return (await readMails(service, person.id)).findLast(({ purpose }) => purpose === 'address_change')?.token ?? ''
}

describe('a change of the address', () => {
  it('counts once the new address is confirmed; then the old one is told', async () => {
    const person = await aPerson(service)
    const email = `New.${randomUUID()}@Example.com`

    const asked = await ask(person, email)
    const written = email.replace('Example', 'example')
    expect([asked.statusCode, asked.json().email]).toEqual([200, person.email])
    const [mail, ...more] = await readMails(service, person.id)
    expect(mail).toMatchObject({ event: 'account.address_change_requested', email: written, status: 200 })
    expect(more).toEqual([])
    expect((await signIn(service, email, person.password)).statusCode).toBe(401)

    const opened = await open(mail?.token)

    expect([opened.statusCode, opened.json()]).toEqual([200, { email: written, pendingEnrollmentCourseId: null }])
    expect((await person.call('GET', '/api/me')).json()).toMatchObject({ email: written, verified: true })
    expect((await signIn(service, email, person.password)).statusCode).toBe(200)
    expect((await signIn(service, person.email, person.password)).statusCode).toBe(401)
    expect((await readMails(service, person.id)).at(-1)).toEqual({
      event: 'account.address_changed',
      status: 200,
      purpose: 'address_changed',
      email: person.email,
      token: null,
    })
  })

  it('comes with a name and a language, which count at once', async () => {
    const person = await aPerson(service)
    const body = { email: aNewAddress(), currentPassword: person.password, name: 'Grace', locale: 'en' }

    expect((await person.call('PATCH', '/api/me', body)).json()).toMatchObject({ name: 'Grace', email: person.email })
  })

  it('confirms the address of an account for the first time', async () => {
    const person = await aPerson(service)
    await alter(service, 'unverified', person)

    await open(await aLink(person, aNewAddress()))

    expect((await person.call('GET', '/api/me')).json()).toMatchObject({ verified: true })
    const types = (await readEvents(service, person.id)).map(({ type }) => type)
    expect(types.filter((type) => type === 'account.verified')).toHaveLength(1)
  })

  it('to another spelling of the same address is told to nobody', async () => {
    const person = await aPerson(service)
    const spelled = person.email.replace(/^./, (letter) => letter.toUpperCase()).replace('-', '-A')
    await service.admin.query('UPDATE users SET email = $2, email_key = $3 WHERE id = $1', [
      person.id,
      spelled.toLowerCase(),
      spelled.toLowerCase(),
    ])

    expect((await open(await aLink(person, spelled))).statusCode).toBe(200)

    expect(await addressOf(person)).toBe(spelled)
    expect((await readMails(service, person.id)).map(({ purpose }) => purpose)).not.toContain('address_changed')
  })

  it('needs the current password, and wrong ones are counted', async () => {
    const person = await aPerson(service)
    const guess = { password: 'a wrong guess', call: callAs(service, person.token) }

    for (let index = 0; index < 10; index++) {
      expect((await ask(guess, aNewAddress())).json()).toMatchObject({ status: 403, code: 'password.wrong' })
    }
    expect((await ask(person, aNewAddress())).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(await readMails(service, person.id)).toEqual([])
  })

  it.each([
    ['no password', { email: 'grace@example.com' }],
    ['a password and no address', { currentPassword: 'whatever' }],
    ['an address that is none', { email: 'grace', currentPassword: 'whatever' }],
    ['two addresses', { email: 'a@example.com,b@example.com', currentPassword: 'whatever' }],
  ])('is refused with %s', async (_, body) => {
    const person = await aPerson(service)

    expect((await person.call('PATCH', '/api/me', body)).statusCode).toBe(400)
    expect(await readMails(service, person.id)).toEqual([])
  })

  it('can be asked for ten times a day, and sends five mails a day to an address', async () => {
    const [one, other] = [await aPerson(service), await aPerson(service)]
    const email = aNewAddress()
    for (let index = 0; index < 3; index++) {
      for (const person of [one, other]) expect((await ask(person, email)).statusCode).toBe(200)
    }
    expect([await readMails(service, one.id), await readMails(service, other.id)].flat()).toHaveLength(5)

    for (let index = 0; index < 7; index++) expect((await ask(one, aNewAddress())).statusCode).toBe(200)
    expect((await ask(one, aNewAddress())).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
  })

  it('is not possible for a disabled account', async () => {
    const person = await aPerson(service)
    const token = await aLink(person, aNewAddress())
    await alter(service, 'disabled', person)

    expect((await ask(person, aNewAddress())).json()).toMatchObject({ status: 403, code: 'account.disabled' })
    expect((await open(token)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
  })
})

describe('the link of a change of the address', () => {
  it('works once, even for two at the same moment', async () => {
    const person = await aPerson(service)
    const email = aNewAddress()
    const token = await aLink(person, email)

    expect(await meetAt(service, person.id, [() => open(token), () => open(token)])).toEqual([200, 410])

    expect(await addressOf(person)).toBe(email)
    expect((await readMails(service, person.id)).map(({ purpose }) => purpose).filter(Boolean)).toEqual([
      'address_changed',
    ])
  })

  it('is replaced by that of the next one', async () => {
    const person = await aPerson(service)
    const older = await aLink(person, aNewAddress())
    const email = aNewAddress()
    const newer = await aLink(person, email)

    expect((await open(older)).statusCode).toBe(410)
    expect((await open(newer)).statusCode).toBe(200)
    expect(await addressOf(person)).toBe(email)
  })

  it('ends the links that were sent to the old address', async () => {
    const person = await aPerson(service)
    const token = await aLink(person, aNewAddress())
    await person.call('POST', '/auth/password-reset', { email: person.email })
    const reset = (await readMails(service, person.id)).at(-1)?.token

    await open(token)

    const body = { token: reset, password: 'mossy stone wall' }
    expect((await person.call('POST', '/auth/password-reset/confirm', body)).statusCode).toBe(410)
  })

  it('and a change of the password take turns: a link that comes second has ended', async () => {
    for (const isLinkFirst of [true, false]) {
      const person = await aPerson(service)
      const token = await aLink(person, aNewAddress())
      const wanted = { currentPassword: person.password, newPassword: 'mossy stone wall' }
      const use = () => open(token)
      const change = () => person.call('POST', '/api/me/password', wanted)

      const statuses = await meetAt(service, person.id, isLinkFirst ? [use, change] : [change, use])

      expect(statuses).toEqual(isLinkFirst ? [200, 204] : [204, 410])
    }
  })
})

describe('an address that has an account', () => {
  it('cannot be had by another one, whose owner cannot tell; its own owner is told', async () => {
    const [person, other, owner] = [await aPerson(service), await aPerson(service), await aPerson(service)]
    const [older] = [await aLink(person, aNewAddress()), await aLink(other, aNewAddress())]
    const statements = watchStatements()
    const taken = await ask(person, owner.email)
    const statementsIfTaken = statements.splice(0)
    const free = await ask(other, aNewAddress())

    expect(taken.statusCode).toBe(200)
    expect(Object.keys(taken.json())).toEqual(Object.keys(free.json()))
    expect(statementsIfTaken).toEqual(statements)
    expect(await readMails(service, owner.id)).toMatchObject([
      { purpose: 'signup_repeated', email: owner.email, token: null },
    ])
    expect(await readMails(service, person.id)).toMatchObject([{ status: 410 }])
    expect((await open(older)).statusCode).toBe(410)
    expect(await addressOf(person)).toBe(person.email)
  })

  it('by the time its link is opened is refused like any invalid link, and nothing changes', async () => {
    const person = await aPerson(service)
    const email = aNewAddress()
    const token = await aLink(person, email)
    const owner = await aPerson(service, { email })

    const answer = await open(token)

    expect(answer.json()).toMatchObject({ status: 410, code: 'link.invalid' })
    expect(await addressOf(person)).toBe(person.email)
    expect(await addressOf(owner)).toBe(email)
    expect((await readMails(service, person.id)).map(({ purpose }) => purpose)).not.toContain('address_changed')
  })

  it('goes to the first of two who want it at the same moment', async () => {
    const people = [await aPerson(service), await aPerson(service)]
    const email = aNewAddress()
    const tokens: string[] = []
    for (const person of people) tokens.push(await aLink(person, email))

    const statuses = (await Promise.all(tokens.map(open))).map(({ statusCode }) => statusCode)

    expect(new Set(statuses)).toEqual(new Set([200, 410]))
    const winner = people[statuses.indexOf(200)]
    expect(winner && (await addressOf(winner))).toBe(email)
  })

  it('goes to whoever confirms first, if somebody else signs up with it', async () => {
    const person = await aPerson(service)
    const signUp = (email: string) =>
      callAs(service, null)('POST', '/auth/signup', { email, password: 'dewy stone wall', name: 'Grace' })
    const signUpLink = async (email: string) => (await readMails(service)).find((mail) => mail.email === email)?.token
    const [first, second] = [aNewAddress(), aNewAddress()]

    await signUp(first)
    const pending = await signUpLink(first)
    expect((await open(await aLink(person, first))).statusCode).toBe(200)
    expect((await open(pending)).statusCode).toBe(410)

    await signUp(second)
    const signUpToken = await signUpLink(second)
    const changeToken = await aLink(person, second)
    expect((await open(signUpToken)).statusCode).toBe(200)
    expect((await open(changeToken)).statusCode).toBe(410)
    expect(await addressOf(person)).toBe(first)
  })
})
