import { KeyObject } from 'node:crypto'
import jwt, { type TokenOrHeader } from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CryptoKey, JSONWebKeySet } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { Logger } from '../logger.ts'
import { createFetchedKeySet, createOwnKeySet } from './key-set.ts'

const roles = ['student', 'editor', 'admin', 'service'] as const
export type Role = (typeof roles)[number]

/** The caller according to the token. */
export type Caller = {
  id: string
  tenantId: string
  roles: readonly Role[]
  /** What a service may do beyond what its role allows. */
  scopes?: readonly string[]
  /** The session in which a person has signed in. */
  sessionId?: string
}

export type AuthOptions = {
  issuer: string
  audience: string
  jwksUrl: string
  /** Returns the issuer's keys, if this service is the issuer. Another object means that a key came or went. */
  keySet?: (() => JSONWebKeySet | null) | undefined
}

// The length is limited before anything is decoded.
const bearerToken = /^Bearer ([^ ]{1,8192})$/i
const rememberMs = 60_000
const maxRemembered = 1_000

const plainText = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/)
const headerSchema = z.object({
  alg: z.literal('ES256'),
  typ: z.enum(['JWT', 'at+jwt']),
  kid: plainText,
  crit: z.undefined().optional(),
})
const claimsSchema = z.object({
  sub: plainText,
  tenant_id: plainText,
  roles: z.array(z.enum(roles)).min(1),
  exp: z.number(),
  // A list in one string (RFC 9068, section 2.2.3).
  scope: z.string().optional(),
  sid: plainText.optional(),
})

export interface TokenCheck {
  /** Determines the caller from the request's access token. A missing or invalid token always gets the same 401. */
  identifyCaller(request: FastifyRequest): Promise<Caller>
  /** Throws while there is no key for checking tokens. */
  assertKeysKnown(): Promise<void>
}

/** Checks access tokens against the issuer, the audience and the issuer's key set. */
export async function createTokenCheck(app: FastifyInstance, auth: AuthOptions, logger: Logger): Promise<TokenCheck> {
  const keys = auth.keySet ? createOwnKeySet(auth.keySet) : createFetchedKeySet(auth.jwksUrl, logger)
  app.addHook('onClose', async () => keys.close())
  // Keyed by the whole token. Replaces fast-jwt's own cache, which decodes and hashes each token to find it.
  const remembered = new LRUCache<string, { caller: Caller; until: number }>({ max: maxRemembered })

  // fast-jwt keeps one verifier per PEM.
  const pems = new WeakMap<CryptoKey, string>()

  // Called for every token that is not cached. A token that cannot be ours must not cause a fetch.
  async function findKey(_request: FastifyRequest, token: TokenOrHeader): Promise<string> {
    const { alg, kid } = headerSchema.parse(token.header)
    const key = await keys.findKey({ alg, kid })
    const pem = pems.get(key) ?? KeyObject.from(key).export({ type: 'spki', format: 'pem' }).toString()
    pems.set(key, pem)
    return pem
  }

  await app.register(jwt, {
    secret: { public: findKey },
    decode: { complete: true },
    verify: {
      extractToken,
      algorithms: ['ES256'],
      // Lists, because fast-jwt treats an empty string as no restriction, but an empty list as nobody.
      allowedIss: [auth.issuer],
      allowedAud: [auth.audience],
      requiredClaims: ['iss', 'aud', 'exp'],
    },
  })

  async function identifyCaller(request: FastifyRequest): Promise<Caller> {
    // The tokens of a key that was withdrawn go with it.
    if (keys.hasChanged()) remembered.clear()
    const token = extractToken(request)
    const known = remembered.get(token ?? '')
    if (known && performance.now() < known.until) return known.caller
    try {
      const { sub, tenant_id, roles, exp, scope, sid } = claimsSchema.parse(await request.jwtVerify())
      const caller = {
        id: sub,
        tenantId: tenant_id,
        roles,
        ...(scope !== undefined && { scopes: scope.split(' ') }),
        ...(sid !== undefined && { sessionId: sid }),
      }
      if (token !== undefined) {
        const lifetimeMs = Math.min(exp * 1000 - Date.now(), rememberMs)
        remembered.set(token, { caller, until: performance.now() + lifetimeMs })
      }
      return caller
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      throw new AppError('unauthorized', 'token.invalid', 'A valid access token is required', {}, { cause })
    }
  }

  return { identifyCaller, assertKeysKnown: () => keys.assertKnown() }
}

function extractToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return bearerToken.exec(headers.authorization ?? '')?.[1]
}
