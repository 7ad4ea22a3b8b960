import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Caller } from '@coursewire/service-kit'
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose'

const LIFETIME_SECONDS = 15 * 60

/** Signs access tokens with one key. The public half of that key is the key set with which all services check tokens. */
export async function createTokenIssuer(options: { privateKey: KeyObject; issuer: string; audience: string }) {
  const { privateKey, issuer, audience } = options
  const jwk = await exportJWK(createPublicKey(privateKey))
  const kid = await calculateJwkThumbprint(jwk)
  return {
    keySet: { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] },

    async issue({
      id,
      tenantId,
      roles,
      sessionId,
      scopes = [],
    }: Caller): Promise<{ token: string; expiresIn: number }> {
      const issuedAt = Math.floor(Date.now() / 1000)
      const sid = sessionId !== undefined && { sid: sessionId }
      const scope = scopes.length > 0 && { scope: scopes.join(' ') }
      const token = await new SignJWT({ tenant_id: tenantId, roles: [...roles], ...sid, ...scope })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME_SECONDS)
        .sign(privateKey)
      return { token, expiresIn: LIFETIME_SECONDS }
    },
  }
}

export type TokenIssuer = Awaited<ReturnType<typeof createTokenIssuer>>
