import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { waitFor } from '@coursewire/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createLimits } from '../src/limits/limits.ts'
import { type RuleName, rules } from '../src/limits/rules.ts'
import { type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

/** Starts another instance on the same database. */
async function startInstance(): Promise<Service> {
  const instance = await startService({ DATABASE_URL: service.config.DATABASE_URL })
  onTestFinished(() => instance.close())
  return instance
}

/** A rule with a subject of its own, so that the tests do not count for each other. */
function aSubject(rule: RuleName) {
  const subject = ['acme', randomUUID()] as const
  const take = ({ ctx }: Service = service) => ctx.limits.take(rule, ...subject)
  return {
    take,
    takeTimes: async (times: number, instance?: Service) => {
      for (let time = 0; time < times; time += 1) await take(instance)
    },
    /** Returns the seconds to wait, or null if the attempt was counted. */
    refusal: (instance?: Service): Promise<number | null> =>
      take(instance).then(
        () => null,
        (error: { code: string; details: { retryAfterSeconds: number } }) => {
          expect(error).toMatchObject({ kind: 'rate-limited', code: 'attempts.too-many' })
          return error.details.retryAfterSeconds
        },
      ),
    forget: ({ ctx }: Service = service) => ctx.limits.forget(rule, ...subject),
  }
}

/** Lets time pass in the database, for all counts. */
const passTime = (seconds: number) =>
  service.admin.query(
    `UPDATE limits SET blocked_until = blocked_until - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)`,
    [seconds],
  )

describe('a limit', () => {
  it('without pauses refuses what is one too many until its window ends, and says how long that is', async () => {
    const { atMost, windowSeconds } = rules.clientsFromAddress
    const { takeTimes, refusal } = aSubject('clientsFromAddress')

    await takeTimes(atMost)

    const seconds = await refusal()
    expect(seconds).toBeLessThanOrEqual(windowSeconds)
    expect(seconds).toBeGreaterThan(windowSeconds - 30)
    await passTime((seconds ?? 0) - 5)
    expect(await refusal()).toBeLessThanOrEqual(5)
    await passTime(5)
    await takeTimes(atMost)
    expect(await refusal()).not.toBeNull()
  })

  it('with pauses doubles them with each attempt, up to the longest one, and refused attempts do not count', async () => {
    const { atMost, pauses } = rules.passwordOfAccount
    const { takeTimes, take, refusal } = aSubject('passwordOfAccount')
    await takeTimes(atMost)

    const pausesSeen: number[] = []
    for (let time = 0; time < 12; time += 1) {
      for (let again = 0; again < 3; again += 1) await refusal()
      const seconds = (await refusal()) ?? 0
      pausesSeen.push(Math.ceil(seconds))
      await passTime(seconds)
      await take()
    }

    expect(pausesSeen).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    expect(pauses.longestSeconds).toBe(900)
  })

  it('begins anew when its window ends, and when the right person has come', async () => {
    const { atMost, windowSeconds } = rules.passwordOfAccount
    const { takeTimes, refusal, forget } = aSubject('passwordOfAccount')

    await takeTimes(atMost)
    await passTime(windowSeconds)
    await takeTimes(atMost)
    expect(await refusal()).not.toBeNull()
    await forget()
    await takeTimes(atMost)

    expect(await refusal()).not.toBeNull()
  })

  it('allows exactly as many of the attempts that come at once to two instances', async () => {
    const { atMost } = rules.passwordOfAccount
    const { refusal } = aSubject('passwordOfAccount')
    const other = await startInstance()

    const refusals = await Promise.all(
      Array.from({ length: atMost + 40 }, (_, index) => refusal(index % 2 ? other : service)),
    )

    expect(refusals.filter((seconds) => seconds === null)).toHaveLength(atMost)
  })

  it('is shared by instances and survives a restart', async () => {
    const { atMost } = rules.mailsToAddress
    const { takeTimes, refusal } = aSubject('mailsToAddress')
    const first = await startInstance()
    await takeTimes(atMost / 2, first)
    await takeTimes(atMost / 2, service)
    await first.close()

    const restarted = await startInstance()

    expect(await refusal(restarted)).not.toBeNull()
    expect(await refusal(service)).not.toBeNull()
  })

  it('goes by the clock of the database, whatever the clock of an instance says', async () => {
    const { atMost } = rules.passwordOfAccount
    const { takeTimes, refusal } = aSubject('passwordOfAccount')
    onTestFinished(() => void vi.useRealTimers())
    const setClock = (hours: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 })

    setClock(-1)
    await takeTimes(atMost)
    setClock(2)

    const seconds = await refusal()
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(1)
  })

  it('can be counted without a refusal, for an answer that must not show it', async () => {
    const { atMost } = rules.mailsToAddress
    const subject = randomUUID()
    const counted: boolean[] = []
    for (let time = 0; time <= atMost; time += 1) {
      counted.push(await service.ctx.limits.tryTake(['mailsToAddress'], 'acme', subject))
    }

    expect(counted).toEqual([...Array(atMost).fill(true), false])
  })

  it('is stored without its subject, under a key that needs KEY_SEAL', async () => {
    const { atMost } = rules.passwordOfAccount
    const { takeTimes, take, refusal } = aSubject('passwordOfAccount')
    const limits = createLimits({ db: service.ctx.db, seal: createSecretKey(randomBytes(32)) })
    const stranger = { ...service, ctx: { ...service.ctx, limits } }

    await takeTimes(atMost)

    expect(await refusal()).not.toBeNull()
    await take(stranger)
    const { rows } = await service.admin.query(
      `SELECT DISTINCT length(key) AS length, column_names.list FROM limits, (
         SELECT array_agg(column_name::text ORDER BY ordinal_position) AS list
         FROM information_schema.columns WHERE table_name = 'limits') AS column_names`,
    )
    expect(rows).toEqual([{ length: 32, list: ['key', 'count', 'blocked_until', 'expires_at'] }])
  })

  it('is deleted within minutes after its window', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const instance = await startInstance()
    await aSubject('passwordOfAccount').take()
    await passTime(rules.passwordOfAccount.windowSeconds)
    await aSubject('mailsToAddress').take()
    const count = async () =>
      (
        await service.admin.query(
          'SELECT count(*)::int, count(*) FILTER (WHERE expires_at > now())::int AS valid FROM limits',
        )
      ).rows[0]
    expect((await count()).valid).toBeLessThan((await count()).count)

    vi.advanceTimersByTime(600_000)

    await waitFor(async () => (await count()).count === (await count()).valid)
    expect((await count()).valid).toBeGreaterThan(0)
    expect(instance.logged('Old rows not purged')).toEqual([])
  })

  it('knows a person for less than a day after the last success, whoever guesses meanwhile', async () => {
    const { limits } = service.ctx
    const person = { tenantId: 'acme', email: `${randomUUID()}@example.com`, ip: '192.0.2.1' }
    await limits.welcome(person, { hasCounted: false })
    await passTime(22 * 3_600)
    expect(await limits.takeSignIn(person)).toMatchObject({ isKnown: true })

    await passTime(3_600)

    expect(await limits.takeSignIn(person)).toMatchObject({ isKnown: false })
  })

  it('keeps no address for more than a day', () => {
    const longest = Math.max(...Object.values(rules).map(({ windowSeconds }) => windowSeconds))

    expect(longest).toBeLessThanOrEqual(24 * 3_600)
    expect(rules.signInsOfPerson.windowSeconds + 600).toBeLessThan(24 * 3_600)
  })
})
