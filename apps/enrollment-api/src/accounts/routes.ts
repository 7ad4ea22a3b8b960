import { AppError, type Database, describeProblems } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { email, id } from '../fields.ts'
import { findUser } from './repository.ts'
import type { AccountService } from './service.ts'
import type { TokenIssuer } from './tokens.ts'

const MINUTE_MS = 60_000

const signInBody = z.strictObject({ email, password: z.string().min(1).max(1_024) })
const serviceTokenBody = z.strictObject({ clientId: id, clientSecret: z.string().min(1).max(1_024), tenantId: id })
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
    const limitAccount = app.createRateLimit({
      max: 20,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => JSON.stringify([request.tenantId, (request.body as { email: string }).email]),
    })
    const limitClient = app.createRateLimit({
      max: 60,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => JSON.stringify([request.ip, (request.body as { clientId: string }).clientId]),
    })

    async function enforce(limit: typeof limitAddress, request: FastifyRequest): Promise<void> {
      const count = await limit(request)
      if (count.isAllowed || !count.isExceeded) return
      throw new AppError('rate-limited', 'attempts.too-many', 'Too many attempts', {
        retryAfterSeconds: count.ttlInSeconds,
      })
    }

    app.post(
      '/auth/signin',
      {
        schema: { body: signInBody, response: { 200: signedIn, ...describeProblems(401, 415, 429) } },
        config: { access: 'public' },
        onRequest: (request) => enforce(limitAddress, request),
      },
      async (request) => {
        await enforce(limitAccount, request)
        return accounts.signIn(request.tenantId, request.body.email, request.body.password)
      },
    )

    app.post(
      '/auth/service-token',
      {
        schema: {
          body: serviceTokenBody,
          response: { 200: accessToken, ...describeProblems(401, 415, 429) },
        },
        config: { access: 'public' },
      },
      async (request) => {
        await enforce(limitClient, request)
        const { clientId, clientSecret, tenantId } = request.body
        return accounts.issueServiceToken(clientId, clientSecret, tenantId)
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
