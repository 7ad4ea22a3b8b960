import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import type { EventEnvelope } from '@coursewire/events'
import { decodeHeaders } from '@coursewire/messaging'
import { createLogger, type Database, loadConfig, type Role, type Transaction } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import { type Config, configSchema } from '../src/config.ts'
import { createHandlers } from '../src/consumer.ts'
import { createContext, type Overrides } from '../src/context.ts'

const issuer = 'https://issuer.test'
const audience = 'coursewire'
const keys = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
const keyServer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
keyServer.listen(0, '127.0.0.1')
await once(keyServer, 'listening')
afterAll(() => keyServer.close())

/** An access token as the issuer of the product gives it. */
function signToken(claims: { tenantId?: string; roles: Role[] }): Promise<string> {
  return new SignJWT({ tenant_id: claims.tenantId ?? 'acme', roles: claims.roles })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'key-1' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('person-1')
    .setExpirationTime('5 minutes')
    .sign(keys.privateKey)
}

export function createConfig(databaseUrl: string, brokers: string[] = ['127.0.0.1:1']): Config {
  return loadConfig(configSchema, {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/.well-known/jwks.json`,
    DEFAULT_TENANT: 'acme',
    TENANT_HOSTS: 'globex.test=globex',
  })
}

/** A logger whose lines a test can read. */
export function createLogBook() {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
  const logger = createLogger({ service: 'distribution-service', level: 'debug', destination })
  return { logger, find: (message: string) => lines.filter((line) => line.msg === message) }
}

/** The service on a database of its own and without Kafka: what it tells stays in the outbox. Ends with the test. */
export async function startService(overrides: Overrides = {}) {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const logs = createLogBook()
  const wakes: string[] = []
  const ctx = await createContext(createConfig(database.databaseUrl), {
    logger: logs.logger,
    relay: { wake: () => void wakes.push('wake'), isAlive: () => true },
    consumer: { isAlive: () => true, isInGroup: () => true },
    ...overrides,
  })
  onTestFinished(() => ctx.close())
  let building: ReturnType<typeof buildApp> | undefined
  onTestFinished(async () => (await building)?.close())

  const handlers = createHandlers(ctx)
  const handle = async (tx: Transaction, event: EventEnvelope) => {
    const handler = handlers.find(({ definition }) => definition.type === event.type)
    if (!handler) throw new Error(`Nobody handles ${event.type}`)
    await handler.handle(tx, [event])
  }

  return {
    ctx,
    logs,
    wakes,
    db: ctx.db,
    handle,
    /** Gives events their effect, each in a transaction as the consumer would. */
    async take(...events: EventEnvelope[]) {
      for (const event of events) await ctx.db.transaction((tx) => handle(tx, event))
    },
    readOutbox: () => readOutbox(ctx.db),
    async call(
      method: 'GET' | 'POST',
      url: string,
      options: { roles?: Role[]; tenantId?: string; body?: object; headers?: Record<string, string> } = {},
    ) {
      const { roles, body, headers, ...claims } = options
      building ??= buildApp(ctx)
      const app = await building
      const answer = await app.inject({
        method,
        url,
        ...(body && { payload: body }),
        headers: { ...headers, ...(roles && { authorization: `Bearer ${await signToken({ roles, ...claims })}` }) },
      })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() }
    },
  }
}

/** What waits for the relay, in its order. */
async function readOutbox(db: Database) {
  const { rows } = await db.execute<{ topic: string; key: Buffer; payload: Buffer; headers: Buffer }>(
    sql`SELECT topic, key, payload, headers FROM outbox ORDER BY id`,
  )
  return rows.map((row) => ({
    topic: row.topic,
    key: row.key.toString(),
    event: JSON.parse(row.payload.toString()),
    headers: Object.fromEntries(decodeHeaders(row.headers).map(([name, value]) => [name, value?.toString()])),
  }))
}
