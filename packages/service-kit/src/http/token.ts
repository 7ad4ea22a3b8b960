import { createRemoteJWKSet, customFetch, type JWTHeaderParameters, jwtVerify } from 'jose'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { Logger } from '../logger.ts'

const roles = ['student', 'editor', 'admin', 'service'] as const
export type Role = (typeof roles)[number]

/** Who calls, as the token says. */
export type Caller = { id: string; tenantId: string; roles: readonly Role[] }

export type AuthOptions = { issuer: string; audience: string; jwksUrl: string }

const maxTokenLength = 8_192
const maxCachedTokens = 1_000
const cacheMs = 60_000
const refreshMs = 300_000
const restMs = 1_000

const plainText = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/)
const claimsSchema = z.object({
  sub: plainText,
  tenant_id: plainText,
  roles: z.array(z.enum(roles)).min(1),
  exp: z.number(),
})

/**
 * Checks access tokens against the issuer's key set, which is fetched on first use, kept through its outages, and
 * fetched again for an unknown key id at most every 30 seconds.
 */
export function createTokenVerifier({ issuer, audience, jwksUrl }: AuthOptions, logger: Logger) {
  let restUntil = 0
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 30_000,
    // jose rests after a success only; requests must not become a storm on an endpoint that is down.
    [customFetch]: async (url, init) => {
      if (Date.now() < restUntil) throw new Error('The key set was not to be had a moment ago')
      restUntil = Date.now() + restMs
      const response = await fetch(url, init)
      if (response.ok) restUntil = 0
      return response
    },
  })
  // A key withdrawn by the issuer goes at the next refresh.
  const refresh = setInterval(() => {
    if (keys.jwks()) keys.reload().catch((err) => logger.warn({ err }, 'Key set not refreshed'))
  }, refreshMs).unref()

  async function findKey(header: JWTHeaderParameters) {
    if (!plainText.safeParse(header.kid).success) throw new Error('Key id not plain')
    if (header.typ !== 'JWT' && header.typ !== 'at+jwt') throw new Error('Not an access token')
    try {
      return await keys(header)
    } catch (cause) {
      if (keys.jwks()) throw cause
      throw new AppError('unavailable', 'keys.unavailable', 'The key set cannot be fetched', {}, { cause })
    }
  }

  async function check(token: string) {
    const { payload } = await jwtVerify(token, findKey, { algorithms: ['ES256'], issuer, audience })
    return claimsSchema.parse(payload)
  }

  const cache = new Map<string, { caller: Caller; until: number }>()

  async function verify(token: string): Promise<Caller> {
    if (token.length > maxTokenLength) throw refuseToken('Too long')
    const cached = cache.get(token)
    if (cached && Date.now() < cached.until) return cached.caller
    cache.delete(token)

    try {
      const claims = await check(token)
      const caller = { id: claims.sub, tenantId: claims.tenant_id, roles: claims.roles }
      if (cache.size >= maxCachedTokens) cache.delete(cache.keys().next().value ?? '')
      cache.set(token, { caller, until: Math.min(claims.exp * 1000, Date.now() + cacheMs) })
      return caller
    } catch (cause) {
      throw cause instanceof AppError ? cause : refuseToken(cause)
    }
  }

  return { verify, close: () => clearInterval(refresh) }
}

/** The one answer to every token that is missing or not valid; the cause is for the log. */
export function refuseToken(cause?: unknown): AppError {
  return new AppError('unauthorized', 'token.invalid', 'A valid access token is required', {}, { cause })
}
