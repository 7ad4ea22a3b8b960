import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { rules } from '../src/limits/rules.ts'
import { type Service, startService } from './helpers.ts'
import { anAccount as makeAccount } from './people.ts'

const password = randomUUID()
let service: Service
beforeAll(async () => {
  service = await startService({ TRUST_PROXY: '10.0.0.1' })
})
afterAll(() => service.close())

const anAccount = async () => (await makeAccount(service, { password })).email

async function startInstance(): Promise<Service> {
  const instance = await startService({ DATABASE_URL: service.config.DATABASE_URL })
  onTestFinished(() => instance.close())
  return instance
}

type From = { remoteAddress?: string; headers?: Record<string, string> }
const signIn = (email: string, secret: string, from: string | From, { app }: Service = service) =>
  app.inject({
    method: 'POST',
    url: '/auth/signin',
    payload: { email, password: secret },
    ...(typeof from === 'string' ? { remoteAddress: from } : from),
  })
const statusOf = async (...call: Parameters<typeof signIn>) => (await signIn(...call)).statusCode

/** Counts failures as if they had come over HTTP, without the hashing. */
async function failFrom(ips: string[], email: string | (() => string) = () => `${randomUUID()}@example.com`) {
  for (const ip of ips) {
    await service.ctx.limits.takeSignIn({ tenantId: 'acme', email: typeof email === 'string' ? email : email(), ip })
  }
}

const failFromManyNetworks = (email: string, times: number = rules.signInsToAccount.atMost) =>
  failFrom(
    Array.from({ length: times }, (_, index) => `100.64.${index}.1`),
    email,
  )

/** Makes every pause last longer than a test. */
const lengthenPauses = () =>
  service.admin.query(
    `UPDATE limits SET blocked_until = now() + interval '100 seconds' WHERE blocked_until IS NOT NULL`,
  )

const { atMost } = rules.signInsFromNetwork

describe('somebody who guesses the password of one account', () => {
  it('has to wait, and is told how long by the clock of the database', async () => {
    const email = await anAccount()
    for (let index = 0; index < atMost; index += 1) expect(await statusOf(email, 'guess', '192.0.2.1')).toBe(401)
    await lengthenPauses()

    const answer = await signIn(email, password, '192.0.2.1')

    expect(answer.statusCode).toBe(429)
    expect(answer.json()).toMatchObject({ code: 'attempts.too-many' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(90)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(100)
  })

  it.each([
    ['another address of an IPv4 /24', '198.51.100.1', '198.51.100.200', '198.51.101.1'],
    ['another address of an IPv6 /48', '2001:db8:1:1::1', '2001:db8:1:ffff::1', '2001:db8:2:1::1'],
    ['an IPv4 address written as IPv6', '203.0.113.5', '::ffff:203.0.113.9', '::ffff:203.0.112.9'],
  ])('gains nothing by %s, while others go on', async (_, one, sameNetwork, elsewhere) => {
    const email = await anAccount()
    await failFrom(Array(atMost).fill(one), email)
    await lengthenPauses()

    expect(await statusOf(email, 'guess', sameNetwork)).toBe(429)
    expect(await statusOf(email, password, elsewhere)).toBe(200)
  })

  it('gains nothing by another instance, another spelling or an X-Forwarded-For of their own', async () => {
    const email = await anAccount()
    const other = await startInstance()
    await failFrom(Array(atMost).fill('192.0.2.33'), email)
    await lengthenPauses()

    const forged = { 'x-forwarded-for': '198.18.0.1' }
    const answers = [
      await statusOf(email, 'guess', '192.0.2.33', other),
      await statusOf(` ${email.toUpperCase()}`, 'guess', '192.0.2.33'),
      await statusOf(email, 'guess', { remoteAddress: '192.0.2.33', headers: forged }),
      // The balancer appends the address that it saw.
      await statusOf(email, 'guess', {
        remoteAddress: '10.0.0.1',
        headers: { 'x-forwarded-for': '198.18.0.1, 192.0.2.33' },
      }),
    ]

    expect(answers).toEqual([429, 429, 429, 429])
  })

  it('from many networks makes strangers wait, but not somebody who signed in from the same address before', async () => {
    const email = await anAccount()
    const other = await startInstance()
    expect(await statusOf(email, password, '192.0.2.60')).toBe(200)
    await failFromManyNetworks(email)
    await lengthenPauses()

    expect(await statusOf(email, password, '192.0.2.61')).toBe(429)
    expect(await statusOf(email, password, '192.0.2.60')).toBe(200)
    expect(await statusOf(email, password, '192.0.2.60', other)).toBe(200)
  })

  it('cannot keep out an owner who opened a mailed link', async () => {
    const email = await anAccount()
    const [ip, other] = ['192.0.2.70', await startInstance()]
    await failFrom(Array(atMost).fill(ip), email)
    await failFromManyNetworks(email, rules.signInsToAccount.atMost - atMost)
    await lengthenPauses()
    expect(await statusOf(email, password, ip, other)).toBe(429)

    await service.ctx.limits.welcome({ tenantId: 'acme', email, ip }, { hasCounted: false })

    expect(await statusOf(email, password, ip, other)).toBe(200)
  })

  it('has to wait at a known address too', async () => {
    const email = await anAccount()
    const ip = '192.0.2.80'
    expect(await statusOf(email, password, ip)).toBe(200)

    await failFrom(Array(rules.signInsOfPerson.atMost).fill(ip), email)

    expect(await statusOf(email, 'guess', ip)).toBe(429)
  })

  it('learns nothing from the waiting: an unknown address waits alike', async () => {
    const [known, unknown] = [await anAccount(), `${randomUUID()}@example.com`]
    const [ip, answers] = ['192.0.2.90', []] as [string, Awaited<ReturnType<typeof signIn>>[]]
    for (const email of [known, unknown]) await failFrom(Array(atMost).fill(ip), email)
    await lengthenPauses()
    for (const email of [known, unknown]) answers.push(await signIn(email, 'guess', ip))

    const [first, second] = answers.map((answer) => ({ ...answer.json(), requestId: '' }))
    expect(first).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(second).toEqual(first)
    expect(answers[0]?.headers['retry-after']).toBe(answers[1]?.headers['retry-after'])
  })
})

describe('somebody who tries many accounts', () => {
  it.each([
    ['an IPv4 address', '192.0.2.110', '192.0.2.111'],
    ['an IPv6 /64', '2001:db8:9:1::1', '2001:db8:9:2::1'],
  ])('from %s has to wait, and keeps out neither neighbours nor known people', async (_, ip, neighbour) => {
    const [known, another] = [await anAccount(), await anAccount()]
    expect(await statusOf(known, password, ip)).toBe(200)
    await failFrom(Array(rules.signInsFromAddress.atMost).fill(ip))
    await lengthenPauses()

    const sameSubscriber = ip.replace('::1', '::ffff:1')
    expect(await statusOf(another, password, sameSubscriber)).toBe(429)
    expect(await statusOf(known, password, ip)).toBe(200)
    expect(await statusOf(another, password, neighbour)).toBe(200)
  })
})

describe('people who share an address', () => {
  it('do not use up its limit by signing in, also several at once', async () => {
    const [ip, left] = ['192.0.2.120', 10]
    const emails = await Promise.all(Array.from({ length: left }, anAccount))
    await failFrom(Array(rules.signInsFromAddress.atMost - left).fill(ip))

    const statuses = await Promise.all(emails.map((email) => statusOf(email, password, ip)))

    expect(statuses).toEqual(Array(left).fill(200))
    await failFrom(Array(left).fill(ip))
    await expect(failFrom([ip])).rejects.toMatchObject({ code: 'attempts.too-many' })
  })

  it('begin anew after signing in, however often they failed before', async () => {
    const [email, ip] = [await anAccount(), '192.0.2.130']
    await failFrom(Array(atMost - 1).fill(ip), email)
    expect(await statusOf(email, password, ip)).toBe(200)
    await failFrom(Array(atMost - 1).fill('192.0.2.131'), email)
    expect(await statusOf(email, password, '192.0.2.131')).toBe(200)
  })
})

it('attempts and successes that share some counts at once, on two instances, never block each other', async () => {
  const other = await startInstance()
  const pick = (names: string[], index: number) => names[index % names.length] ?? ''
  const people = Array.from({ length: 400 }, (_, index) => ({
    tenantId: 'acme',
    email: pick(['a@example.com', 'b@example.com', 'c@example.com'], index),
    ip: pick(['100.65.0.1', '100.65.0.2', '100.65.1.1', '100.65.1.2', '100.65.2.1'], index),
  }))

  const outcomes = await Promise.allSettled(
    people.map(async (person, index) => {
      const { limits } = (index % 2 ? service : other).ctx
      const { isKnown } = await limits.takeSignIn(person)
      if (index % 3 === 0) await limits.welcome(person, { hasCounted: !isKnown })
    }),
  )

  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'counted'))
  expect(new Set(reasons)).toEqual(new Set(['counted', 'attempts.too-many']))
})
