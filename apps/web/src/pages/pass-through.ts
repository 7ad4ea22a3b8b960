import type { IncomingHttpHeaders } from 'node:http'
import { AppError, createOutageLog, type HttpApp, type Logger } from '@coursewire/service-kit'
import proxy from '@fastify/http-proxy'
import type { FastifyRequest } from 'fastify'

/** Which service answers which public paths. The longest prefix decides. */
export const passedThrough = {
  '/auth': 'enrollment-api',
  '/api': 'enrollment-api',
  '/api/courses': 'distribution-service',
  '/api/distributions': 'distribution-service',
  '/api/me/mails': 'email-worker',
  '/api/admin/mails': 'email-worker',
  '/api/admin/suppressions': 'email-worker',
  '/api/admin/records': 'audit-log',
  '/api/changelogs': 'audit-log',
  '/api/insights': 'insights',
  '/api/recommendations': 'insights',
} as const

const TIMEOUT_MS = 20_000
/** The headers that concern one connection only (RFC 9110, section 7.6.1), and must not be passed on. */
const ofConnection = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']
/** The headers in which a proxy describes its client. Ours writes them anew. */
const ofProxies = /^(x-forwarded-.*|forwarded|x-real-ip|via)$/

/** Passes the calls of our pages on to the services, so that browsers know one origin. */
export async function addPassThrough(
  app: HttpApp,
  { urls, logger }: { urls: Record<(typeof passedThrough)[keyof typeof passedThrough], string>; logger: Logger },
): Promise<void> {
  const texts = { failing: 'A service does not answer', works: 'A service answers again' }
  const logs = {
    'enrollment-api': createOutageLog(logger, texts),
    'distribution-service': createOutageLog(logger, texts),
    'email-worker': createOutageLog(logger, texts),
    'audit-log': createOutageLog(logger, texts),
    insights: createOutageLog(logger, texts),
  }
  for (const [prefix, service] of Object.entries(passedThrough)) {
    const log = logs[service]
    await app.register(
      async (scope) => {
        scope.removeAllContentTypeParsers()
        await scope.register(proxy, {
          upstream: urls[service],
          prefix,
          rewritePrefix: prefix,
          internalRewriteLocationHeader: false,
          httpMethods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
          config: { access: 'public', isQuiet: true },
          disableRequestLogging: true,
          preHandler: (request, _reply, done) => done(isPlain(request.url) ? undefined : ambiguous()),
          undici: {
            headersTimeout: TIMEOUT_MS,
            bodyTimeout: TIMEOUT_MS,
            // By default the plugin accepts any certificate.
            connect: { timeout: 3_000, rejectUnauthorized: true },
          },
          replyOptions: {
            rewriteRequestHeaders,
            rewriteHeaders: (headers) => {
              log.worked()
              return without(headers, (name) => ofConnection.includes(name))
            },
            // By default a 503 is asked for again at once, ten times.
            retryDelay: () => null,
            onError(reply, { error }) {
              log.failed(error, { service })
              void reply.send(new AppError('unavailable', 'service.unreachable', 'A service does not answer'))
            },
          },
        })
      },
      // The services log what they are asked, and the library would log each failure.
      { logLevel: 'silent' },
    )
  }
}

/** Whether every reader of the path understands the same: no dot segments, no backslashes, no other host. */
function isPlain(url: string): boolean {
  const [path = ''] = url.split('?', 1)
  return URL.parse(`http://host${path}`)?.pathname === path
}

const ambiguous = () => new AppError('not-found', 'route.not-found', 'Not found')

type Caller = Pick<FastifyRequest, 'ip' | 'host' | 'protocol' | 'id' | 'traceparent'>

function rewriteRequestHeaders(request: Caller, headers: IncomingHttpHeaders) {
  return {
    ...without(headers, (name) => ofConnection.includes(name) || ofProxies.test(name)),
    ...describeCaller(request),
  }
}

/** Tells a service on whose behalf we call. */
export function describeCaller(request: Caller): Record<string, string> {
  return {
    'x-forwarded-for': request.ip,
    'x-forwarded-host': request.host,
    'x-forwarded-proto': request.protocol,
    'x-request-id': request.id,
    ...(request.traceparent !== null && { traceparent: request.traceparent }),
  }
}

function without<Value>(headers: Record<string, Value>, isLeftOut: (name: string) => boolean): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isLeftOut(name)))
}
