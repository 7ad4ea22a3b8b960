import { id } from '@coursewire/events'
import { AppError, type Database, describeProblems } from '@coursewire/service-kit'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MAX_SECRET_LENGTH, signInAddress } from '../fields.ts'
import { findUser } from './repository.ts'
import type { AccountService } from './service.ts'
import type { TokenIssuer } from './tokens.ts'

const MINUTE_MS = 60_000
/** Enough for the longest secret with every character escaped. */
const BODY_LIMIT = 16 * 1024

const secret = z.string().min(1).max(MAX_SECRET_LENGTH)
const signInBody = z.strictObject({ email: signInAddress, password: secret })
const serviceTokenBody = z.strictObject({ clientId: id, clientSecret: secret, tenantId: id })
const accessToken = z.object({ token: z.string(), expiresIn: z.int().describe('Seconds') })
const signedIn = accessToken.extend({ refreshToken: z.string() })
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })
const student = z.object({ id: z.string(), name: z.string(), email: z.string(), locale: z.enum(['de', 'en']) })

export function accountRoutes(
  accounts: AccountService,
  { db, tokens }: { db: Database; tokens: TokenIssuer },
): FastifyPluginAsyncZod {
  return async (app) => {
    const limitAddress = app.createRateLimit({ max: 100, timeWindow: MINUTE_MS })
    const limitAccount = app.createRateLimit({ max: 20, timeWindow: MINUTE_MS, keyGenerator: nameAccount })
    const limitPerson = app.createRateLimit({
      max: 20,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => `${nameAccount(request)} ${addressOf(request)}`,
    })
    const limitClients = app.createRateLimit({ max: 60, timeWindow: MINUTE_MS })

    async function enforce(limit: typeof limitAddress, request: FastifyRequest): Promise<void> {
      const count = await limit(request)
      if (count.isAllowed || !count.isExceeded) return
      throw new AppError('rate-limited', 'attempts.too-many', 'Too many attempts', {
        retryAfterSeconds: count.ttlInSeconds,
      })
    }

    function isKnownPerson(request: FastifyRequest): boolean {
      const given = signInBody.safeParse(request.body)
      return given.success && accounts.isKnownPerson(request.tenantId, given.data.email, addressOf(request))
    }

    function isKnownClient(request: FastifyRequest): boolean {
      const given = serviceTokenBody.safeParse(request.body)
      return given.success && accounts.isKnownClient(given.data.clientId, given.data.clientSecret)
    }

    app.post(
      '/auth/signin',
      {
        schema: { body: signInBody, response: { 200: signedIn, ...describeProblems(401, 413, 415, 429) } },
        config: { access: 'public' },
        bodyLimit: BODY_LIMIT,
        // Runs before validation, so that every attempt counts, whatever its body is.
        preValidation: async (request) => {
          if (!isKnownPerson(request)) await enforce(limitAddress, request)
        },
      },
      async (request) => {
        // Guesses from elsewhere only use up the strangers' attempts, so they never lock out the account's owner.
        await enforce(isKnownPerson(request) ? limitPerson : limitAccount, request)
        const { email, password } = request.body
        return accounts.signIn(request.tenantId, email, password, addressOf(request))
      },
    )

    app.post(
      '/auth/service-token',
      {
        schema: {
          body: serviceTokenBody,
          response: { 200: accessToken, ...describeProblems(401, 403, 413, 415, 429) },
        },
        config: { access: 'public' },
        bodyLimit: BODY_LIMIT,
        preValidation: async (request) => {
          if (!isKnownClient(request)) await enforce(limitClients, request)
        },
      },
      async (request) => {
        const { clientId, clientSecret, tenantId } = request.body
        return accounts.issueServiceToken(clientId, clientSecret, tenantId, addressOf(request))
      },
    )

    app.get(
      '/.well-known/jwks.json',
      { schema: { response: { 200: keySet } }, config: { access: 'public' } },
      async () => tokens.keySet,
    )

    app.get(
      '/internal/students/:id',
      {
        schema: {
          params: z.object({ id }),
          response: { 200: student, ...describeProblems(401, 403, 404) },
        },
        config: { access: ['service'] },
      },
      async (request) => {
        const user = await findUser(db, request.tenantId, request.params.id)
        if (!user) throw new AppError('not-found', 'student.not-found', 'Student not found')
        return user
      },
    )
  }
}

/** Returns what one subscriber has: an IPv4 address, or an IPv6 /64. */
function addressOf(request: FastifyRequest): string {
  return normalizeIP(request.ip)
}

function nameAccount({ tenantId, body }: FastifyRequest): string {
  return JSON.stringify([tenantId, (body as { email: string }).email])
}
