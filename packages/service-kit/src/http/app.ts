import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from '@fastify/helmet'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController, type RawServerDefault } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { JSONWebKeySet } from 'jose'
import type { HttpConfig, Service } from '../config.ts'
import type { Logger } from '../logger.ts'
import { isTracing } from '../tracing.ts'
import { addAccessControl } from './access.ts'
import { addDocs, type Docs } from './docs.ts'
import { addProblems, answerError, type ShowProblem } from './errors.ts'
import { addStrictJson } from './json-body.ts'
import { createMethodTable } from './methods.ts'
import { addOperations, type Health } from './operations.ts'
import { addProtocolChecks, answerClientError, serverOptions } from './protocol.ts'
import { addRequestIds, chooseRequestId } from './request-id.ts'
import { addRequestSpans } from './request-spans.ts'
import type { AuthOptions } from './token.ts'

/** A Fastify application whose routes validate and serialise with zod schemas and declare who may call them. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/**
 * Builds the application that every service extends: token check, request ids, problem+json, limits, health, metrics, documentation, and a
 * `close()` that ends even with connected clients. Routes are added afterwards; each must declare in `config.access` who may call it.
 */
export async function createHttpApp(options: {
  service: Service
  config: HttpConfig
  logger: Logger
  /** Returns the keys behind `JWKS_URL`, if this service is the issuer and need not fetch them. Null until they are known. */
  keySet?: () => JSONWebKeySet | null
  health: Health
  docs?: Docs
  /** How long a request may take to arrive, including its body. */
  requestTimeoutMs?: number
  /** Headers of every answer, beside or instead of the usual security headers. */
  headers?: Record<string, string>
  showProblem?: ShowProblem
}): Promise<HttpApp> {
  const { service, config, logger, keySet, health, docs, requestTimeoutMs = 15_000, showProblem } = options
  const methods = createMethodTable()
  const securityHeaders = { ...(await buildSecurityHeaders()), ...options.headers }

  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: chooseRequestId,
    trustProxy: config.TRUST_PROXY ?? false,
    bodyLimit: 256 * 1024,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 60_000,
    // While closing, new requests are answered and their connections closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    // These answers pass no hook.
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply.headers(securityHeaders)),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, methods),
    // Node uses the longer of its two limits for the whole request, and by default allows a minute for the headers.
    // The interval is short enough for both limits to be effective.
    http: { ...serverOptions, headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1_000 },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A client that gets a 304 already has them (RFC 9110, section 15.4.5).
    if (reply.statusCode !== 304) void reply.headers(securityHeaders)
    done()
  })
  addRequestIds(app)
  if (isTracing) addRequestSpans(app)
  addProtocolChecks(app, methods)
  addStrictJson(app)
  addProblems(app, methods, showProblem)
  // Comes before the access control, which requires a policy of every later route.
  if (docs) await addDocs(app, { ...docs, version: service.version })
  const tokenCheck = await addAccessControl(app, {
    auth: readAuth(config, keySet),
    tenants: { hosts: config.TENANT_HOSTS, defaultTenant: config.DEFAULT_TENANT },
    logger,
  })
  async function ready(): Promise<void> {
    await tokenCheck?.assertKeysKnown()
    await health.ready()
  }
  addOperations(app, { ...health, ready }, { service: service.name, version: service.version })
  if (docs) {
    let page: Buffer | undefined
    app.get('/openapi.json', { schema: { hide: true }, config: { access: 'public' } }, async (_request, reply) => {
      page ??= Buffer.from(JSON.stringify(app.swagger()))
      return reply.type('application/json; charset=utf-8').send(page)
    })
  }
  return app
}

function readAuth(config: HttpConfig, keySet: AuthOptions['keySet']): AuthOptions | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWKS_URL: jwksUrl } = config
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return undefined
  return { issuer, audience, jwksUrl, ...(keySet && { keySet }) }
}

/** helmet's headers, computed once. helmet would compute them for each answer, but they are always the same. */
async function buildSecurityHeaders(): Promise<Record<string, string>> {
  const sample = fastify()
  await sample.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } })
  sample.get('/', async (_request, reply) => reply.raw.getHeaders())
  return (await sample.inject('/')).json()
}
