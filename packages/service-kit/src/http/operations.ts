import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../app-error.ts'
import { renderMetrics, requestDuration } from '../metrics.ts'

export type Health = {
  /** The reason why this process cannot go on, which is logged; null when all is well. */
  live: () => string | null
  /**
   * Throws the reason, which is logged, while this process cannot answer its callers. Never for what only makes them wait:
   * a balancer would take away every instance at once.
   */
  ready: () => Promise<void>
}

/** Shorter than what those who ask allow, so that they hear the answer. */
const readyWithinMs = 3_000
const closeIdleMs = 3_000
/** How long a stop waits for answers that are still being made; the rest of its time is for what closes after the server. */
const closeBusyMs = 10_000
const silentMs = 300

/** What operators see: health, metrics, one log line for each request, and a close that ends. */
export function addOperations(app: FastifyInstance, health: Health, about: { service: string; version: string }): void {
  let closing = false
  const open = { schema: { hide: true }, config: { access: 'public', isQuiet: true } } as const

  const ok = { status: 'ok', ...about }
  const refuse = (reason: string, cause?: unknown) =>
    new AppError('unavailable', 'service.unhealthy', reason, {}, { cause })

  app.get('/health/live', open, async () => {
    const reason = health.live()
    if (reason !== null) throw refuse(reason)
    return ok
  })

  // One question at a time, however many ask and however long it takes.
  let answer: Promise<void> | null = null
  function askReady(): Promise<void> {
    if (!answer) {
      const asked = health.ready().finally(() => {
        answer = null
      })
      const late = sleep(readyWithinMs, undefined, { ref: false }).then(() =>
        Promise.reject(new Error('No answer in time')),
      )
      answer = Promise.race([asked, late])
    }
    return answer
  }
  app.get('/health/ready', open, async () => {
    if (closing) throw refuse('Closing')
    await askReady().catch((error: unknown) => {
      throw refuse('Not ready', error)
    })
    return ok
  })
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
  const connected = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket)
    connected.add(socket)
    socket.once('close', () => {
      silent.delete(socket)
      connected.delete(socket)
    })
  })
  app.server.on('request', ({ socket }) => silent.delete(socket))

  // Their request has been read and the answer is not there yet: it is we who take the time.
  const awaiting = new WeakSet<Socket>()
  app.addHook('preHandler', (request, _reply, done) => {
    awaiting.add(request.raw.socket)
    done()
  })

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
    setTimeout(() => {
      for (const socket of connected) if (!awaiting.has(socket)) socket.destroy()
    }, closeIdleMs).unref()
    setTimeout(() => app.server.closeAllConnections(), closeBusyMs).unref()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    awaiting.delete(request.raw.socket)
    if (closing) void reply.header('connection', 'close')
    done()
  })
}
