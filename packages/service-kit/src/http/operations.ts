import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../app-error.ts'
import { renderMetrics, requestDuration } from '../metrics.ts'

export type Health = {
  /** Returns the reason why this process cannot continue, which is logged, or null. */
  live: () => string | null
  /**
   * Throws the reason, which is logged, while this process cannot answer its callers. Must not throw for outages that only make events wait,
   * because a balancer would take away every instance at once.
   */
  ready: () => Promise<void>
}

/** Shorter than the callers' own timeouts, so that they get the answer. */
const readyWithinMs = 3_000
const closeIdleMs = 3_000
/** How long a stop waits for pending answers. The rest of its time is for what closes after the server. */
const closeBusyMs = 10_000
const silentMs = 300

/** Adds what operators need: health, metrics, one log line per request, and a close that always ends. */
export function addOperations(app: FastifyInstance, health: Health, about: { service: string; version: string }): void {
  let closing = false
  const open = { schema: { hide: true }, config: { access: 'public', isQuiet: true, isUntraced: true } } as const

  const ok = { status: 'ok', ...about }
  const refuse = (reason: string, cause?: unknown) =>
    new AppError('unavailable', 'service.unhealthy', reason, {}, { cause })

  app.get('/health/live', open, async () => {
    const reason = health.live()
    if (reason !== null) throw refuse(reason)
    return ok
  })

  // Runs one check at a time, however many callers ask and however long it takes.
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

  // Node counts a connection that has not sent anything yet as busy, and browsers open such connections in advance.
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

  // Connections whose request has been read but not answered. Here we are the slow side.
  const awaiting = new WeakSet<Socket>()
  app.addHook('preHandler', (request, _reply, done) => {
    awaiting.add(request.raw.socket)
    done()
  })

  app.addHook('preClose', async () => {
    closing = true
    // A request may be on its way over such a connection, and a reset would leave it without an answer.
    setTimeout(() => {
      // Reads first what has already arrived.
      setImmediate(() => {
        for (const socket of silent) socket.destroy()
      })
    }, silentMs).unref()
    // A client that sends or reads slowly must not keep the process from ending.
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
