import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EventEnvelope, eventTopics } from '@coursewire/events'
import type { ReceivedEvent } from '@coursewire/messaging'
import {
  createDatabase,
  createLogger,
  createPool,
  type Database,
  loadConfig,
  type Role,
  type Transaction,
} from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { storeEvents } from '../src/consumer.ts'
import { createContext } from '../src/context.ts'
import { maintainMonths } from '../src/records/months.ts'
import { readSealKeys } from '../src/seals/seal.ts'

const logger = createLogger({ service: 'audit-log', level: 'silent' })
const tokenKeys = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(tokenKeys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
const keyServer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
keyServer.listen(0, '127.0.0.1')
await once(keyServer, 'listening')
afterAll(() => keyServer.close())

export function createPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
export const sealPem = createPem()
export const sealKeys = readSealKeys(sealPem)

export function settingsFor(databaseUrl: string, others: Record<string, string> = {}) {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: '127.0.0.1:1',
    JWT_ISSUER: 'https://issuer.test',
    JWT_AUDIENCE: 'coursewire',
    JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/.well-known/jwks.json`,
    DEFAULT_TENANT: 'acme',
    TENANT_HOSTS: 'globex.test=globex',
    WEB_URL: 'https://learn.test',
    DEAD_LETTER_TOPICS: 'email-worker.dlq',
    AUDIT_SEAL_KEY: sealPem,
    ...others,
  }
}

type AtEnd = (close: () => Promise<void>) => void

/** A log, and connections to it as the service and as the owner of its tables. Ends with the test, or, by `afterAll`, with the file. */
export async function openLog(atEnd: AtEnd = onTestFinished) {
  const database = await createTestDatabase()
  const open = (url: string): Database => createDatabase(createPool({ url, max: 5, name: 'test', logger }))
  const [db, owner] = [open(database.databaseUrl), open(database.migrateDatabaseUrl)]
  atEnd(async () => {
    await Promise.all([db.$client.end(), owner.$client.end()])
    await database.drop()
  })
  await maintainMonths(owner, 24)
  let offset = 0

  return {
    ...database,
    db,
    owner,
    /** Stores events in one transaction, as the consumer does. */
    store: (...events: EventEnvelope[]) => db.transaction((tx) => add(tx, events)),
    /** Stores events that Kafka got `months` ago. */
    storeLate: (months: number, ...events: EventEnvelope[]) => db.transaction((tx) => add(tx, events, months)),
    /** Stores an event, and commits it when `isHeld` resolves. Resolves to the end of that. */
    async storeSlowly(event: EventEnvelope, isHeld: Promise<void>) {
      let committed: Promise<void> = Promise.resolve()
      await new Promise<void>((resolve, reject) => {
        committed = db.transaction(async (tx) => {
          await add(tx, [event])
          resolve()
          await isHeld
        })
        committed.catch(reject)
      })
      return { committed }
    },
    count: async (table: string): Promise<number> => {
      const { rows } = await db.$client.query(`SELECT count(*)::int FROM ${table}`)
      return rows[0].count
    },
  }

  async function add(tx: Transaction, events: EventEnvelope[], months = 0): Promise<void> {
    await storeEvents(
      tx,
      events.map((event) => receive(event, months)),
    )
  }

  function receive(event: EventEnvelope, months: number): ReceivedEvent {
    offset += 1
    const at = new Date()
    at.setUTCDate(1)
    at.setUTCMonth(at.getUTCMonth() - months)
    const topic = eventTopics.find((name) => name.startsWith(`${event.type.split('.')[0]}.`)) ?? ''
    return {
      topic,
      partition: 0,
      offset,
      appendedAt: months === 0 ? new Date().toISOString() : at.toISOString(),
      key: Buffer.from('key'),
      value: Buffer.from(JSON.stringify(event)),
      headers: [['ce_type', Buffer.from(event.type)]],
      event: event as ReceivedEvent['event'],
    }
  }
}

/** The service on a log, without Kafka, and calls of it. Ends as the log does. */
export async function startService(databaseUrl: string, atEnd: AtEnd = onTestFinished) {
  const ctx = await createContext(loadConfig(configSchema, settingsFor(databaseUrl)), logger)
  const app = await buildApp(ctx)
  atEnd(async () => {
    await app.close()
    await ctx.close()
  })

  function signToken(roles: Role[], tenantId: string): Promise<string> {
    return new SignJWT({ tenant_id: tenantId, roles })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'key-1' })
      .setIssuer('https://issuer.test')
      .setAudience('coursewire')
      .setSubject('person-1')
      .setExpirationTime('5 minutes')
      .sign(tokenKeys.privateKey)
  }

  return {
    app,
    get: (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers }),
    getAs: async (role: Role, url: string, tenantId = 'acme') => {
      const authorization = `Bearer ${await signToken([role], tenantId)}`
      return app.inject({ method: 'GET', url, headers: { authorization } })
    },
    signToken,
  }
}
