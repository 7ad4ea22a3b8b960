import type { Caller } from '@coursewire/service-kit'
import { SignJWT } from 'jose'
import type { SigningKeys } from './service.ts'

const LIFETIME_SECONDS = 15 * 60

/** Signs access tokens with the key whose turn it is. */
export function createTokenIssuer({ keys, issuer, audience }: { keys: SigningKeys; issuer: string; audience: string }) {
  return {
    async issue({
      id,
      tenantId,
      roles,
      sessionId,
      scopes = [],
    }: Caller): Promise<{ token: string; expiresIn: number }> {
      const { kid, privateKey } = await keys.getSigner()
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

export type TokenIssuer = ReturnType<typeof createTokenIssuer>
