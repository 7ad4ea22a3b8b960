import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../app-error.ts'
import { renderMetrics, requestDuration } from '../metrics.ts'

/** Each answers null when all is well, else the reason, which is logged. */
export type Health = { live: () => string | null; ready: () => Promise<string | null> }

const closeIdleMs = 3_000
const silentMs = 300

/** What operators see: health, metrics, one log line for each request, and a close that ends. */
export function addOperations(app: FastifyInstance, health: Health, about: { service: string; version: string }): void {
  let closing = false
  const open = { schema: { hide: true }, config: { access: 'public', isQuiet: true } } as const

  function answer(reason: string | null) {
    if (reason !== null) throw new AppError('unavailable', 'service.unhealthy', reason)
    return { status: 'ok', ...about }
  }
  app.get('/health/live', open, async () => answer(health.live()))
  app.get('/health/ready', open, async () => answer(closing ? 'closing' : await health.ready()))
  app.get('/metrics', open, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics()),
  )

  app.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request
    const ms = Math.round(reply.elapsedTime * 10) / 10
    const route = request.routeOptions.url ?? 'unmatched'
    requestDuration.record(reply.elapsedTime / 1000, { method, route, status: reply.statusCode })
    const { isQuiet = false, isAnonymous = false } = request.routeOptions.config
    const path = isAnonymous ? route : url.split('?', 1)[0]
    const log = isAnonymous ? app.log : request.log
    const line = { method, url: path, status: reply.statusCode, ms }
    log[isQuiet || isAnonymous ? 'debug' : 'info'](line, 'Request completed')
    done()
  })

  // Node counts a connection that has not sent anything yet as busy, and browsers open such ones in advance.
  const silent = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  app.server.on('request', ({ socket }) => silent.delete(socket))

  app.addHook('preClose', async () => {
    closing = true
    // A request may be on its way by such a connection, which a reset would leave without an answer.
    setTimeout(() => {
      // What has arrived by now is read first.
      setImmediate(() => {
        for (const socket of silent) socket.destroy()
      })
    }, silentMs).unref()
    // Nobody who sends or reads slowly keeps the process from ending.
    setTimeout(() => app.server.closeAllConnections(), closeIdleMs).unref()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close')
    done()
  })
}
