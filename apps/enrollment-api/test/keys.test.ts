import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { ownPostgres } from '@coursewire/servers'
import { migrate, runCommandLine } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { decodeProtectedHeader } from 'jose'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { migrations } from '../src/db/migrations.ts'
import { createKeyCommands } from '../src/keys/commands.ts'
import type { SignedIn } from '../src/sessions/service.ts'
import { aStudent, environment, privateKey, type Service, startService } from './helpers.ts'

async function start(overrides?: Record<string, string>): Promise<Service> {
  const service = await startService(overrides)
  onTestFinished(() => service.close())
  return service
}

async function startTwo(): Promise<[Service, Service]> {
  const first = await start()
  return [first, await start({ DATABASE_URL: first.config.DATABASE_URL })]
}

const aPem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

async function run({ config }: Service, args: string[], env: Record<string, string> = {}) {
  const printed: string[] = []
  const print = (text: string) => void printed.push(text)
  const settings = { DATABASE_URL: config.DATABASE_URL, KEY_SEAL: environment.KEY_SEAL, ...env }
  const terminal = { env: settings, print, note: print }
  const code = await runCommandLine(createKeyCommands(terminal), args, terminal)
  return { code, text: printed.join('\n') }
}

async function rotate(service: Service): Promise<string> {
  const { code, text } = await run(service, ['rotate'])
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^Created key [\w-]+, which signs from/),
  })
  return text.split(/[ ,]/)[2] ?? ''
}

/** Moves all moments into the past, as if time had gone by, and lets the instances see it. */
async function pass(minutes: number, services: Service[]): Promise<void> {
  await services[0]?.admin.query('UPDATE signing_keys SET signs_from = signs_from - make_interval(mins => $1)', [
    minutes,
  ])
  await Promise.all(services.map(({ ctx }) => ctx.keys.reload()))
}

const publishedBy = async ({ app }: Service): Promise<string[]> =>
  (await app.inject('/.well-known/jwks.json')).json<{ keys: { kid: string }[] }>().keys.map(({ kid }) => kid)
const signsWith = async (service: Service) => decodeProtectedHeader((await aStudent(service)).token).kid
const opens = async (service: Service, token: string) => (await service.get(token, '/api/enrollments')).statusCode

describe('the first key', () => {
  it('is JWT_PRIVATE_KEY, of which the database holds only a sealed copy', async () => {
    const service = await start()

    const { rows } = await service.admin.query('SELECT kid, sealed_private_key AS sealed FROM signing_keys')

    expect(rows).toEqual([{ kid: await signsWith(service), sealed: expect.any(Buffer) }])
    const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
    expect(rows[0].sealed.includes(secret)).toBe(false)
    const { keys } = (await service.app.inject('/.well-known/jwks.json')).json()
    const { x, y } = privateKey.export({ format: 'jwk' })
    expect(keys).toEqual([{ kty: 'EC', crv: 'P-256', x, y, kid: rows[0].kid, alg: 'ES256', use: 'sig' }])
  })

  it('is one, if two instances with different keys start on an empty table at once', async () => {
    const database = await createTestDatabase()
    onTestFinished(() => database.drop())
    const client = new pg.Client({ connectionString: database.adminUrl })
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('BEGIN; LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE')

    const starting = Promise.all(
      [1, 2, 3].map(() => start({ DATABASE_URL: database.databaseUrl, JWT_PRIVATE_KEY: aPem() })),
    )
    const waiting = `SELECT FROM pg_locks WHERE relation = 'signing_keys'::regclass AND NOT granted`
    await expect.poll(async () => (await client.query(waiting)).rowCount).toBe(3)
    await client.query('COMMIT')
    const services = await starting

    const published = await Promise.all(services.map(publishedBy))
    expect(published[0]).toHaveLength(1)
    expect(published).toEqual([published[0], published[0], published[0]])
    const [one, two] = services as [Service, Service]
    expect(await opens(two, (await aStudent(one)).token)).toBe(200)
  })

  it('stays the first, whatever JWT_PRIVATE_KEY a later start has', async () => {
    const service = await start()
    const later = await start({ DATABASE_URL: service.config.DATABASE_URL, JWT_PRIVATE_KEY: aPem() })

    expect(await publishedBy(later)).toEqual(await publishedBy(service))
    expect(await signsWith(later)).toBe(await signsWith(service))
  })

  it('is read when the database is there, and until then nobody is served or told a wrong key', async () => {
    const postgres = await ownPostgres()
    onTestFinished(() => postgres.stop())
    await migrate(postgres.url, migrations)
    await postgres.stop()
    const service = await start({ DATABASE_URL: postgres.url })

    const { ctx } = service
    const issuing = () => ctx.tokens.issue({ id: 'usr_1', tenantId: 'acme', roles: ['student'] })
    await expect(issuing()).rejects.toMatchObject({ kind: 'unavailable', code: 'keys.unavailable' })
    expect((await service.app.inject('/.well-known/jwks.json')).statusCode).toBe(503)
    expect((await service.app.inject('/health/ready')).statusCode).toBe(503)
    expect(service.logged('Signing keys not read')).toHaveLength(1)

    await postgres.restart()
    await expect.poll(() => ctx.keys.reload().then(() => true)).toBe(true)

    expect(await opens(service, (await aStudent(service)).token)).toBe(200)
    expect((await service.app.inject('/health/ready')).statusCode).toBe(200)
  })
})

describe('another KEY_SEAL', () => {
  const KEY_SEAL = randomBytes(32).toString('base64url')

  it('stops the start with one message, which shows no key', async () => {
    const { config } = await start()

    const starting = startService({ DATABASE_URL: config.DATABASE_URL, KEY_SEAL })

    await expect(starting).rejects.toThrow(
      /^KEY_SEAL is not the one under which the signing key [\w-]{43} in the database was sealed$/,
    )
  })

  it('cannot rotate', async () => {
    const service = await start()

    const result = await run(service, ['rotate'], { KEY_SEAL })

    expect(result).toMatchObject({ code: 1, text: expect.stringContaining('KEY_SEAL is not the one') })
    expect((await service.admin.query('SELECT FROM signing_keys')).rowCount).toBe(1)
  })

  it('opens no key that was moved to the row of another one', async () => {
    const service = await start()
    await service.admin.query(`UPDATE signing_keys SET kid = 'another'`)

    await expect(service.ctx.keys.reload()).rejects.toThrow('KEY_SEAL is not the one')
  })
})

describe('a rotation', () => {
  it('publishes the key ten minutes before it signs, and the one before for twenty minutes after it last signed', async () => {
    const [one, two] = await startTwo()
    const both = [one, two]
    const old = (await signsWith(one)) ?? ''
    const { token, ...student } = await aStudent(one)
    const session = await one.ctx.sessions.begin({ ...student, passwordHash: '' }, undefined)

    const next = await rotate(one)
    const expectKeys = async (published: string[], signing: string) => {
      for (const service of both) {
        expect(await publishedBy(service)).toEqual(published)
        expect(await signsWith(service)).toBe(signing)
      }
    }
    await pass(0, both)
    await expectKeys([old, next], old)
    await pass(9, both)
    await expectKeys([old, next], old)
    await pass(1, both)
    await expectKeys([old, next], next)
    const { token: newToken } = await aStudent(one)
    for (const service of both) {
      expect(await opens(service, token)).toBe(200)
      expect(await opens(service, newToken)).toBe(200)
    }
    await pass(19, both)
    await expectKeys([old, next], next)
    await pass(1, both)
    await expectKeys([next], next)

    for (const service of both) {
      expect(await opens(service, token)).toBe(401)
      expect(await opens(service, newToken)).toBe(200)
    }
    const { refreshToken } = session as SignedIn
    const payload = { refreshToken }
    expect((await two.app.inject({ method: 'POST', url: '/auth/refresh', payload })).statusCode).toBe(200)
  })

  it('takes place at the moment in the row, without reading it again', async () => {
    const [one, two] = await startTwo()
    const next = await rotate(one)
    await one.admin.query(`UPDATE signing_keys SET signs_from = now() + interval '1 second' WHERE kid = $1`, [next])
    await pass(0, [one, two])
    expect(await signsWith(one)).not.toBe(next)

    await expect.poll(() => signsWith(one)).toBe(next)
    await expect.poll(() => signsWith(two)).toBe(next)
  })

  it('is seen before anything is signed by an instance that could not read the keys for a minute', async () => {
    const service = await start()
    const next = await rotate(service)
    await service.admin.query('UPDATE signing_keys SET signs_from = now() WHERE kid = $1', [next])

    const at = performance.now() + 61_000
    const clock = vi.spyOn(performance, 'now').mockReturnValue(at)
    onTestFinished(() => clock.mockRestore())

    expect(await signsWith(service)).toBe(next)
  })

  it('is one at a time, also for two commands at once', async () => {
    const service = await start()

    const results = await Promise.all([run(service, ['rotate']), run(service, ['rotate'])])

    expect(new Set(results.map(({ code }) => code))).toEqual(new Set([0, 1]))
    expect(results.find(({ code }) => code === 1)?.text).toMatch(/^Key [\w-]{43} already waits to sign from 2/)
    expect((await service.admin.query('SELECT FROM signing_keys')).rowCount).toBe(2)
  })

  it('needs a first key', async () => {
    const service = await start()
    await service.admin.query('DELETE FROM signing_keys')

    expect(await run(service, ['rotate'])).toEqual({
      code: 1,
      text: 'There is no key to replace: start enrollment-api once',
    })
  })

  it('removes what was withdrawn, and is listed', async () => {
    const service = await start()
    const list = async () =>
      (await run(service, ['list'], { KEY_SEAL: '' })).text
        .split('\n')
        .slice(1)
        .map((line) => line.split(/ +/).slice(0, 2))
    const first = await signsWith(service)

    const second = await rotate(service)
    expect(await list()).toEqual([
      [first, 'signs'],
      [second, 'waits'],
    ])
    await pass(10, [service])
    expect(await list()).toEqual([
      [first, 'published'],
      [second, 'signs'],
    ])
    await pass(20, [service])
    expect(await list()).toEqual([
      [first, 'withdrawn'],
      [second, 'signs'],
    ])
    const third = await rotate(service)
    expect(await list()).toEqual([
      [second, 'signs'],
      [third, 'waits'],
    ])
  })
})
