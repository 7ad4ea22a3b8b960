import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import type { EventEnvelope } from '@coursewire/events'
import { type Caller, createLogger, loadConfig, openResources } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import type { LightMyRequestResponse } from 'fastify'
import pg from 'pg'
import { expect, onTestFinished, vi } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { applyChange } from '../src/courses/repository.ts'

export const topicArn = 'arn:aws:sns:us-east-1:000000000000:enrollment-completed'
export const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A port without a listener. */
const deadPort = 9

export const environment = {
  KAFKA_BROKERS: `127.0.0.1:${deadPort}`,
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'coursewire',
  JWT_PRIVATE_KEY: pem,
  KEY_SEAL: randomBytes(32).toString('base64url'),
  WEB_URL: 'https://learn.test',
  DEFAULT_TENANT: 'acme',
  TENANT_HOSTS: 'globex.test=globex',
  ENROLLMENT_COMPLETED_TOPIC_ARN: topicArn,
  DISTRIBUTION_SERVICE_URL: `http://127.0.0.1:${deadPort}`,
  EMAIL_WORKER_URL: `http://127.0.0.1:${deadPort}`,
  INSIGHTS_URL: `http://127.0.0.1:${deadPort}`,
  SERVICE_CLIENT_ID: 'enrollment-api',
  SERVICE_CLIENT_SECRET: randomUUID(),
}

/** Starts an HTTP server on a free port of this machine. */
export async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, port, close }
}

/** Starts the service with its own port and database. Relays and consumer run only after a test starts them. */
export async function startService(overrides: Record<string, string> = {}) {
  return openResources(async (adopt) => {
    const database = overrides['DATABASE_URL'] ? null : adopt(await createTestDatabase(), (created) => created.drop())
    const admin = adopt(new pg.Pool({ connectionString: database?.adminUrl ?? overrides['DATABASE_URL'] }), (pool) =>
      pool.end(),
    )
    admin.on('error', () => undefined)
    if (database) for (const tenant of ['acme', 'globex']) await aTenant({ admin }, tenant)

    // The service fetches the key set from itself, so its address must be known before it is built.
    const server = adopt(await serve((request, response) => app.routing(request, response)), (opened) => opened.close())
    const lines: string[] = []
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString())
        done()
      },
    })
    const logger = createLogger({ service: 'enrollment-api', level: 'debug', destination })
    const jwksUrl = `${server.url}/.well-known/jwks.json`
    const config = loadConfig(configSchema, {
      ...environment,
      ...(database && { DATABASE_URL: database.databaseUrl }),
      JWKS_URL: jwksUrl,
      ...overrides,
    })
    const ctx = adopt(await createContext(config, logger), (opened) => opened.close())
    const app = adopt(await buildApp(ctx), (opened) => opened.close())
    await app.ready()

    return {
      app,
      ctx,
      admin,
      url: server.url,
      port: server.port,
      config,
      /** Returns everything that was logged. */
      log: (): string => lines.join(''),
      /** Returns the log lines with this message. */
      logged: (message: string): Record<string, unknown>[] =>
        lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message),

      async post(token: string, body: object, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
        const authorization = `Bearer ${token}`
        return app.inject({
          method: 'POST',
          url: '/api/enrollments',
          payload: body,
          headers: { authorization, ...headers },
        })
      },
      get: (token: string, url: string): Promise<LightMyRequestResponse> =>
        app.inject({ url, headers: { authorization: `Bearer ${token}` } }),
      send: async (
        method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
        token: string,
        url: string,
        body: object,
      ): Promise<LightMyRequestResponse> =>
        app.inject({ method, url, payload: body, headers: { authorization: `Bearer ${token}` } }),

      /** Returns the events about the student's enrolments in the order of the outbox. */
      async readEvents(studentId: string): Promise<EventEnvelope<string, Record<string, unknown>>[]> {
        const { rows } = await admin.query<{ event: EventEnvelope<string, Record<string, unknown>> }>(
          `SELECT event FROM outbox, CAST(convert_from(payload, 'UTF8') AS jsonb) AS event
           WHERE channel = 'kafka' AND event->'payload'->>'student_id' = $1 ORDER BY id`,
          [studentId],
        )
        return rows.map(({ event }) => event)
      },

      async count(table: 'enrollments' | 'outbox', where = 'true'): Promise<number> {
        const { rows } = await admin.query<{ count: number }>(`SELECT count(*)::int FROM ${table} WHERE ${where}`)
        return rows[0]?.count ?? 0
      },
    }
  })
}

export type Service = Awaited<ReturnType<typeof startService>>

/** Creates the tenant unless it exists. */
export async function aTenant({ admin }: Pick<Service, 'admin'>, id: string): Promise<void> {
  await admin.query(
    `INSERT INTO tenants (id, name, time_zone, locale) VALUES ($1, $1, 'Europe/Berlin', 'en') ON CONFLICT DO NOTHING`,
    [id],
  )
}

/** Creates a user with a token. Its password hash is not valid, so only the token works. */
export async function aStudent({ admin, ctx }: Pick<Service, 'admin' | 'ctx'>, overrides: Partial<Caller> = {}) {
  const student: Caller = { id: `usr_${randomUUID()}`, tenantId: 'acme', roles: ['student'], ...overrides }
  await aTenant({ admin }, student.tenantId)
  await admin.query(
    `INSERT INTO users (tenant_id, id, email, email_key, name, locale, roles, password_hash, verified_at)
     VALUES ($1, $2, $3, $3, 'Ada', 'en', $4, '', now())`,
    [student.tenantId, student.id, `${student.id.toLowerCase()}@example.com`, student.roles],
  )
  return { ...student, token: (await ctx.tokens.issue(student)).token }
}

/** Creates a course that is open for enrolment. */
export async function anOpenCourse({ ctx }: Pick<Service, 'ctx'>, tenantId = 'acme'): Promise<string> {
  const courseId = `course-${randomUUID()}`
  await ctx.db.transaction((tx) =>
    applyChange(tx, {
      tenantId,
      distributionId: `dist_${courseId}`,
      courseId,
      isPublic: true,
      changedAt: '2025-12-28T10:30:00Z',
    }),
  )
  return courseId
}

/** Resolves when so many connections wait for locks. Do not use a connection in a transaction: it always sees the same activity. */
export async function waitUntilBlocked({ admin }: Pick<Service, 'admin'>, count: number): Promise<void> {
  const blocked = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
  await expect.poll(async () => (await admin.query(blocked)).rowCount, { timeout: 10_000 }).toBe(count)
}

/** Records the beginning of every statement that this process sends to Postgres from now on, but for those about signing keys. */
export function watchStatements(): string[] {
  const beginnings: string[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on the client that was
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text: string }]
    const text = typeof first === 'string' ? first : first.text
    // The keys are read every few seconds, whatever else happens.
    if (!text.includes('"signing_keys"')) beginnings.push(text.trim().split(/\s+/, 2).join(' '))
    return Reflect.apply(query, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return beginnings
}
