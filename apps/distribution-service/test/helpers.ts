import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
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
import { type Context, createContext, type Overrides } from '../src/context.ts'

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

export function createConfig(databaseUrl: string, brokers: string[] = [], environment = {}): Config {
  return loadConfig(configSchema, {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(',') || '127.0.0.1:1',
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/.well-known/jwks.json`,
    DEFAULT_TENANT: 'acme',
    WEB_URL: 'https://learn.test',
    TENANT_HOSTS: 'globex.test=globex',
    ...environment,
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
  return { logger, lines, find: (message: string) => lines.filter((line) => line.msg === message) }
}

/** The service on a database of its own and without Kafka: what it tells stays in the outbox. Ends with the test. */
export async function startService(overrides: Overrides = {}) {
  const service = await openService(overrides)
  onTestFinished(service.close)
  return service
}

async function openService(overrides: Overrides, environment = {}) {
  const database = await createTestDatabase()
  const logs = createLogBook()
  const wakes: string[] = []
  const ctx = await createContext(createConfig(database.databaseUrl, [], environment), logs.logger, {
    messaging: {
      wake: () => void wakes.push('wake'),
      findStandstill: () => null,
      start: () => undefined,
      close: () => Promise.resolve(),
    },
    ...overrides,
  })
  const { call, close: closeApp } = createCaller(ctx)

  const handlers = createHandlers(ctx)
  const handle = async (tx: Transaction, ...events: EventEnvelope[]) => {
    const types = new Set(events.map(({ type }) => type))
    const handler = handlers.find(({ type }) => types.has(type))
    if (!handler || types.size > 1) throw new Error(`Nobody handles ${[...types].join()} together`)
    await handler.handle(tx, events)
  }

  return {
    ctx,
    logs,
    wakes,
    db: ctx.db,
    databaseUrl: database.databaseUrl,
    migrateDatabaseUrl: database.migrateDatabaseUrl,
    close: async () => {
      await closeApp()
      await ctx.close()
      await database.drop()
    },
    handle,
    /** Gives events their effect, each in a transaction as the consumer would. */
    take: async (...events: EventEnvelope[]) => {
      for (const event of events) await ctx.db.transaction((tx) => handle(tx, event))
    },
    /** Gives events of one type their effect together, in a transaction as the consumer would. */
    takeTogether: (...events: EventEnvelope[]) => ctx.db.transaction((tx) => handle(tx, ...events)),
    readOutbox: () => readOutbox(ctx.db),
    call,
  }
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type CallOptions = {
  roles?: Role[]
  tenantId?: string
  body?: unknown
  headers?: Record<string, string>
  /** The address it comes from. */
  from?: string
}

const decoders: Record<string, (payload: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync }

/** The HTTP side of a service, without a socket. `sent` is how many bytes a body has on its way. */
export function createCaller(ctx: Context) {
  let building: ReturnType<typeof buildApp> | undefined
  return {
    call: async (
      method: Method,
      url: string,
      { roles, body, headers, from = '127.0.0.1', ...claims }: CallOptions = {},
    ) => {
      building ??= buildApp(ctx)
      const app = await building
      const answer = await app.inject({
        method,
        url,
        remoteAddress: from,
        ...(body !== undefined && { payload: body as object }),
        headers: { ...headers, ...(roles && { authorization: `Bearer ${await signToken({ roles, ...claims })}` }) },
      })
      const { statusCode: status, headers: received, rawPayload } = answer
      const sent = rawPayload.length
      if (sent === 0) return { status, headers: received, sent, body: null }
      const decode = decoders[String(received['content-encoding'])] ?? ((payload: Buffer) => payload)
      return { status, headers: received, sent, body: JSON.parse(decode(rawPayload).toString()) }
    },
    close: async () => {
      await (await building)?.close()
    },
  }
}

/** The service as an editor meets it: with each answer the events that the call has left in the outbox. Ends with the test. */
export async function startAsEditor(overrides: Overrides = {}, environment = {}) {
  const editor = await openAsEditor(overrides, environment)
  onTestFinished(editor.close)
  return editor
}

/** The same for all tests of a file. */
export async function openAsEditor(overrides: Overrides = {}, environment = {}) {
  const service = await openService(overrides, environment)

  async function call(method: Method, path: string, body?: unknown, ifMatch?: string) {
    const told = await countOutbox(service.db)
    const answer = await service.call(method, `/api/distributions${path}`, {
      roles: ['editor'],
      body,
      headers: { 'x-request-id': 'req-1', ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    })
    const events = (await readOutbox(service.db, told)).map(({ event }) => event)
    return { ...answer, etag: String(answer.headers.etag), events }
  }

  return {
    ...service,
    /** Any route, as anybody. */
    callAny: service.call,
    call,
    /** A complete entry, made by hand. */
    create: async (draft: object = {}) => {
      const { body } = await call('POST', '', { ...aDraft, ...draft })
      return body
    },
    read: async (id: string) => (await call('GET', `/${id}`)).body,
    /** A change of what is there now. */
    change: async (id: string, body: unknown) => call('PATCH', `/${id}`, body, '*'),
    derive: async (id: string, variant: object = {}) =>
      (await call('POST', `/${id}/micro-niches`, { targetGroup: ['balconies'], ...variant })).body,
  }
}

const aDraft = {
  courseId: 'course_1',
  title: 'Vertical Gardens',
  description: 'Plants on walls, from the first pot to the last.',
  language: 'en',
  targetGroup: ['gardeners'],
}

async function countOutbox(db: Database): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`SELECT count(*)::int FROM outbox`)
  return rows[0]?.count ?? 0
}

/** The rows that wait for the relay, in its order, without the first `known` ones. */
async function readOutbox(db: Database, known = 0) {
  const { rows } = await db.execute<{ topic: string; key: Buffer; payload: Buffer; headers: Buffer }>(
    sql`SELECT topic, key, payload, headers FROM outbox ORDER BY id OFFSET ${known}`,
  )
  return rows.map((row) => ({
    topic: row.topic,
    key: row.key.toString(),
    event: JSON.parse(row.payload.toString()),
    headers: Object.fromEntries(decodeHeaders(row.headers).map(([name, value]) => [name, value?.toString()])),
  }))
}
