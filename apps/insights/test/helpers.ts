import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  distributionCreated,
  distributionDeleted,
  distributionEnrollmentClicked,
  distributionUpdated,
  distributionViewed,
  type EventEnvelope,
} from '@coursewire/events'
import {
  createDatabase,
  createLogger,
  createPool,
  loadConfig,
  type Role,
  type Transaction,
} from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { handlers } from '../src/consumer.ts'
import { createContext } from '../src/context.ts'

export const logger = createLogger({ service: 'insights', level: 'silent' })
const keys = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
const keyServer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
keyServer.listen(0, '127.0.0.1')
await once(keyServer, 'listening')
afterAll(() => keyServer.close())

const byType = new Map(handlers.map((handler) => [handler.type, handler]))

export function settingsFor(databaseUrl: string, brokers = '127.0.0.1:1') {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    JWT_ISSUER: 'https://issuer.test',
    JWT_AUDIENCE: 'coursewire',
    JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/.well-known/jwks.json`,
    DEFAULT_TENANT: 'acme',
    ENROLLMENT_API_URL: 'http://127.0.0.1:9',
    SERVICE_CLIENT_ID: 'insights',
    SERVICE_CLIENT_SECRET: 'secret',
  }
}

/** A database of its own, the HTTP side on it, and events as the consumer applies them. Ends with the test, or, by `afterAll`, with the file. */
export async function startWorld(atEnd: (close: () => Promise<void>) => void = onTestFinished) {
  const database = await createTestDatabase()
  const pool = createPool({ url: database.databaseUrl, max: 5, name: 'test', logger })
  const db = createDatabase(pool)
  const config = loadConfig(configSchema, settingsFor(database.databaseUrl))
  const ctx = await createContext(config, logger)
  const app = await buildApp(ctx)
  atEnd(async () => {
    await app.close()
    await ctx.close()
    await pool.end()
    await database.drop()
  })

  async function apply(tx: Transaction, events: EventEnvelope[]): Promise<void> {
    let rest = events
    while (rest[0]) {
      const { type } = rest[0]
      const end = rest.findIndex((event) => event.type !== type)
      const run = end === -1 ? rest : rest.slice(0, end)
      await byType.get(type)?.handle(tx, run)
      rest = rest.slice(run.length)
    }
  }

  return {
    db,
    app,
    /** Applies events in their order, consecutive ones of a type together, as the consumer does. Repeated ones are applied again. */
    apply,
    /** The same in a transaction of its own. */
    take: (...events: EventEnvelope[]) => db.transaction((tx) => apply(tx, events)),
    get: async (path: string, role: Role | null = 'editor', tenantId = 'acme') =>
      app.inject({
        method: 'GET',
        url: path,
        headers: role === null ? {} : { authorization: `Bearer ${await signToken(role, tenantId)}` },
      }),
  }
}

function signToken(role: Role, tenantId: string): Promise<string> {
  return new SignJWT({ tenant_id: tenantId, roles: [role] })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'key-1' })
    .setIssuer('https://issuer.test')
    .setAudience('coursewire')
    .setSubject('person-1')
    .setExpirationTime('5 minutes')
    .sign(keys.privateKey)
}

const meta = (tenantId = 'acme') => ({ tenantId, correlationId: 'req-1', causationId: null })
const identity = () => ({ id: randomUUID(), at: new Date().toISOString().replace('Z', '000Z') })
const slug = 'sourdough'

export const aDistribution = (
  distribution_id: string,
  {
    course_id = 'course-1',
    derived_from = null as string | null,
    listed = true,
    tenantId = 'acme',
    at = '2026-03-01T08:00:00Z',
  } = {},
) =>
  distributionCreated.build(
    {
      distribution_id,
      course_id,
      slug,
      language: 'en',
      title: 'Sourdough',
      target_group: [],
      visibility: 'private',
      ...(!listed && { listed }),
      version: 'v1',
      derived_from,
      created_at: at,
    },
    meta(tenantId),
    identity(),
  )

export const aDeletion = (distribution_id: string, at = '2026-03-05T08:00:00Z') =>
  distributionDeleted.build(
    { distribution_id, slug, course_id: 'course-1', deleted_at: at, deleted_by: 'usr_1' },
    meta(),
    identity(),
  )

interface Seen {
  views: number
  referrer?: 'direct' | 'email'
  referrerViews?: number
  ctaType?: string
  ctaViews?: number
  tenantId?: string
}

export const aView = (distribution_id: string, at: string, seen: Seen) =>
  distributionViewed.build(
    {
      distribution_id,
      slug,
      view_count: seen.views,
      viewed_at: at,
      referrer_category: seen.referrer ?? 'direct',
      ...(seen.referrerViews !== undefined && { referrer_view_count: seen.referrerViews }),
      ...(seen.ctaType !== undefined && { cta_type: seen.ctaType, cta_view_count: seen.ctaViews }),
    },
    meta(seen.tenantId),
    identity(),
  )

export const aClick = (distribution_id: string, at: string, clicks: number, ctaClicks?: number) =>
  distributionEnrollmentClicked.build(
    {
      distribution_id,
      slug,
      enrollment_count: clicks,
      clicked_at: at,
      cta_type: 'primary_button',
      ...(ctaClicks !== undefined && { cta_enrollment_count: ctaClicks }),
    },
    meta(),
    identity(),
  )

/** A change of the experiment of a distribution; null takes it away. */
export const anExperimentChange = (
  distribution_id: string,
  updated_at: string,
  experiment: object | null,
  tenantId = 'acme',
) =>
  distributionUpdated.build(
    {
      distribution_id,
      course_id: 'course-1',
      updated_fields: ['experiment'],
      old_values: {},
      new_values: { experiment },
      updated_at,
    },
    meta(tenantId),
    identity(),
  )

/** The number of views of an arm until a moment. */
export const armViews = (distribution_id: string, viewed_at: string, cta_type: string, cta_view_count: number) =>
  distributionViewed.build(
    { distribution_id, slug, view_count: 0, viewed_at, referrer_category: 'direct', cta_type, cta_view_count },
    meta(),
    identity(),
  )

/** The number of clicks of an arm until a moment. */
export const armClicks = (
  distribution_id: string,
  clicked_at: string,
  cta_type: string,
  cta_enrollment_count: number,
) =>
  distributionEnrollmentClicked.build(
    { distribution_id, slug, enrollment_count: 0, clicked_at, cta_type, cta_enrollment_count },
    meta(),
    identity(),
  )
