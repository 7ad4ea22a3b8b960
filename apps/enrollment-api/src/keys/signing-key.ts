import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import type { NewKey } from './repository.ts'
import type { Sealing } from './sealing.ts'

/** Returns the key as it is stored. Its id is the thumbprint of its public half (RFC 7638), so the same key always has the same one. */
export async function sealKey(privateKey: KeyObject, sealing: Sealing): Promise<NewKey> {
  const { kty = '', crv = '', x = '', y = '' } = await exportJWK(createPublicKey(privateKey))
  const kid = await calculateJwkThumbprint({ kty, crv, x, y })
  const publicJwk = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }
  return { kid, sealedPrivateKey: sealing.seal(kid, privateKey), publicJwk }
}

export const generatePrivateKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
