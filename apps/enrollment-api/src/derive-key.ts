import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** Derives the key for one purpose from `KEY_SEAL`, so that no two purposes share a key. */
export function deriveKey(seal: KeyObject, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', seal, '', `coursewire ${purpose}`, 32)))
}
