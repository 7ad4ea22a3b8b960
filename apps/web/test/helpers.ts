import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { createLogger, loadConfig } from '@coursewire/service-kit'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { aCourse } from './examples.ts'

type Answer = { status?: number; headers?: Record<string, string | string[]>; body?: unknown }
/** What a service got. */
export type Call = Pick<IncomingMessage, 'headers' | 'method'> & { path: string; body: string }

/** Starts a service that answers as a test says, and issues tokens. With `tls` its address is https. */
export async function startService(
  answer: (call: Call) => Answer | Promise<Answer> | null,
  tls?: { key: string; cert: string },
) {
  const calls: Call[] = []
  async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url: path = '' } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (path === '/auth/service-token') {
      response.end(JSON.stringify({ token: 'token', expiresIn: 3_600 }))
      return
    }
    // Asked again and again by pages that follow events.
    if (path === '/internal/waiting-events') {
      response.end(JSON.stringify({ seconds: null }))
      return
    }
    const call = { method, headers, path, body: Buffer.concat(chunks).toString() }
    calls.push(call)
    const given = await answer(call)
    if (!given) {
      response.destroy()
      return
    }
    const { status = 200, headers: more = {}, body } = given
    response.writeHead(status, more)
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void listen(request, response).catch(() => response.destroy())
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  async function close(): Promise<void> {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, calls, close }
}

/** Starts a catalogue whose courses a test can change. Its answers are those of distribution-service. */
export async function startCatalogue() {
  const pages = new Map<string, Answer>()
  const service = await startService(({ path, headers }) => {
    const [address = '', query] = path.split('?', 2)
    const found = pages.get(query === undefined ? decodeURIComponent(address) : address) ?? { status: 404 }
    const etag = found.headers?.['etag']
    return etag !== undefined && headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : found
  })
  let version = 0
  const put = (path: string, body: unknown, tags: string[]) => {
    version += 1
    const headers = { etag: `"${version}"`, 'cache-tag': tags.join(',') }
    pages.set(path, { headers, body })
  }
  return {
    ...service,
    publish(fields: Parameters<typeof aCourse>[0] = {}): void {
      const course = aCourse(fields)
      put(`/internal/pages/${course.slug}`, course, [course.distributionId, course.courseId])
    },
    list: (items: unknown[], nextCursor: string | null = null) => put('/api/courses', { items, nextCursor }, []),
    breakList: () => pages.set('/api/courses', { status: 503 }),
    answer: (slug: string, answer: Answer) => pages.set(`/internal/pages/${slug}`, answer),
    takeBack: (slug: string) => pages.delete(`/internal/pages/${slug}`),
  }
}

/** Starts the pages before the services. */
export async function startWeb(
  services: { [Name in 'catalogue' | 'accounts' | 'mails' | 'audit' | 'numbers']?: { url: string } } = {},
  env: Record<string, string> = {},
) {
  const url = services.catalogue?.url ?? 'http://127.0.0.1:9'
  const config = loadConfig(configSchema, {
    KAFKA_BROKERS: '127.0.0.1:9',
    DEFAULT_TENANT: 'acme',
    WEB_URL: 'https://learn.example.org',
    ENROLLMENT_API_URL: services.accounts?.url ?? url,
    DISTRIBUTION_SERVICE_URL: url,
    EMAIL_WORKER_URL: services.mails?.url ?? url,
    AUDIT_LOG_URL: services.audit?.url ?? url,
    INSIGHTS_URL: services.numbers?.url ?? 'http://127.0.0.1:9',
    SERVICE_CLIENT_ID: 'web',
    SERVICE_CLIENT_SECRET: 'secret',
    ...env,
  })
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const logger = createLogger({ service: 'web', level: 'info', destination })
  const ctx = await createContext(config, logger)
  const app = await buildApp(ctx)
  onTestFinished(async () => {
    await app.close()
    await ctx.close()
  })
  const get = (
    path: string,
    headers: Record<string, string> = {},
    more: InjectOptions = {},
  ): Promise<LightMyRequestResponse> =>
    app.inject({ url: path, headers: { host: 'learn.example.org', ...headers }, ...more })
  return { app, ctx, lines, get }
}
