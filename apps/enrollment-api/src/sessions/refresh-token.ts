import { createHash, randomBytes } from 'node:crypto'

/** How long a session lasts after its last use. */
export const LIFETIME_DAYS = 30

const FAMILY_BYTES = 16
const OWN_BYTES = 32
const shape = /^[A-Za-z0-9_-]{64}$/

/**
 * A refresh token: random bytes that all tokens of its session have in common, and random bytes of its own. So a token that was replaced
 * long ago still shows which session it is from, although we do not keep it.
 */
export interface RefreshToken {
  text: string
  familyHash: Buffer
  hash: Buffer
}

/** Creates the first token of a session, or another one of the same family. */
export function createRefreshToken(previous?: RefreshToken): RefreshToken {
  const family = previous ? toBytes(previous.text).subarray(0, FAMILY_BYTES) : randomBytes(FAMILY_BYTES)
  return fromBytes(Buffer.concat([family, randomBytes(OWN_BYTES)]))
}

/** Returns null for a text that is no refresh token. */
export function readRefreshToken(text: string): RefreshToken | null {
  return shape.test(text) ? fromBytes(toBytes(text)) : null
}

const toBytes = (text: string) => Buffer.from(text, 'base64url')

function fromBytes(bytes: Buffer): RefreshToken {
  return {
    text: bytes.toString('base64url'),
    familyHash: digest(bytes.subarray(0, FAMILY_BYTES)),
    hash: digest(bytes),
  }
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
