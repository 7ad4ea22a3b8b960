import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts private keys for the database, under a key that only `KEY_SEAL` gives. */
export function createSealing(keySeal: KeyObject) {
  const key = deriveKey(keySeal, 'signing keys')

  return {
    /** The key's id is authenticated too, so that no row can be given the key of another one. */
    seal(kid: string, privateKey: KeyObject): Buffer {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(kid))
      const sealed = [cipher.update(privateKey.export({ type: 'pkcs8', format: 'der' })), cipher.final()]
      return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed])
    },

    /** Throws if the key was sealed under another `KEY_SEAL` or another id. */
    open(kid: string, sealed: Buffer): KeyObject {
      const tagAt = NONCE_BYTES + TAG_BYTES
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(kid))
        .setAuthTag(sealed.subarray(NONCE_BYTES, tagAt))
      try {
        const der = Buffer.concat([decipher.update(sealed.subarray(tagAt)), decipher.final()])
        return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
      } catch {
        throw new SealError(kid)
      }
    },
  }
}

export type Sealing = ReturnType<typeof createSealing>

/** The keys in the database cannot be opened with our `KEY_SEAL`. */
export class SealError extends Error {
  constructor(kid: string) {
    super(`KEY_SEAL is not the one under which the signing key ${kid} in the database was sealed`)
  }
}
