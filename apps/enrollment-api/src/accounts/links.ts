import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'
import type { AccountRequest } from './request-repository.ts'

/** The parts of a request from which the token of its link is computed. */
type Linked = Pick<AccountRequest, 'id' | 'purpose' | 'expiresAt'>

const ID_BYTES = 16
const tokenShape = /^[A-Za-z0-9_-]{64}$/

/**
 * Makes and checks the tokens of the links in account mails: the id of a request, and a MAC over its id, purpose and expiry. Each call gives
 * the same token, so none is stored.
 */
export function createLinks(seal: KeyObject) {
  const key = deriveKey(seal, 'links in account mails')
  const sign = ({ id, purpose, expiresAt }: Linked) =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, purpose, expiresAt]))
      .digest()

  return {
    tokenOf(request: Linked): string {
      const id = Buffer.from(request.id.replaceAll('-', ''), 'hex')
      return Buffer.concat([id, sign(request)]).toString('base64url')
    },
    /** Returns the id, as a UUID without hyphens, of the request that a token claims to be for; null if it is no token. */
    readId: (token: string): string | null =>
      tokenShape.test(token) ? Buffer.from(token, 'base64url').subarray(0, ID_BYTES).toString('hex') : null,
    /** Takes the same time whichever byte differs. `token` must have an id. */
    isGenuine: (token: string, request: Linked): boolean =>
      timingSafeEqual(Buffer.from(token, 'base64url').subarray(ID_BYTES), sign(request)),
  }
}

export type Links = ReturnType<typeof createLinks>
