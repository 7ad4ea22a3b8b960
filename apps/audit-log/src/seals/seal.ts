import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** The statement of a seal about the rows of a tenant and a month that were sealed together. */
export interface SealContent {
  tenantId: string
  /** From 1 without gaps. */
  number: number
  /** Its first day, such as 2026-12-01. */
  month: string
  firstId: string
  lastId: string
  count: number
  /** The id of each row, in eight bytes, and its SHA-256, in order. */
  rows: Buffer
  /** That of the seal with the number before, or 32 zeros. */
  previousHash: Buffer
  /** When it was sealed, in ISO 8601. */
  sealedAt: string
}

export interface Seal extends SealContent {
  hash: Buffer
  signature: Buffer
  keyId: string
}

export interface SealKeys {
  signing: { id: string; key: KeyObject }
  /** The public keys by which a seal may be verified, by their ids. */
  verifying: ReadonlyMap<string, KeyObject>
}

export const NO_HASH = Buffer.alloc(32)
/** The bytes of a row in `rows`. */
export const ROW_BYTES = 40

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest()
const ALGORITHM = { digest: 'sha256', dsaEncoding: 'ieee-p1363' } as const

/** Reads keys in PEM, one after the other; the first one must be private. Throws if one is no key on the curve P-256. */
export function readSealKeys(pem: string): SealKeys {
  const blocks = pem.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? []
  const [first = ''] = blocks
  const verifying = new Map(blocks.map((block) => describeKey(createPublicKey(block))))
  const [id] = describeKey(createPublicKey(first))
  return { signing: { id, key: createPrivateKey(first) }, verifying }
}

/** The id of a key is the SHA-256 of its DER form. */
function describeKey(key: KeyObject): [id: string, key: KeyObject] {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('Not a key on the curve P-256')
  return [sha256(key.export({ type: 'spki', format: 'der' })).toString('hex'), key]
}

/** The bytes that are hashed and signed: a JSON list, which has only one form. */
function toBytes(seal: SealContent): Buffer {
  const { tenantId, number, month, firstId, lastId, count, rows, previousHash, sealedAt } = seal
  const hashes = [sha256(rows).toString('hex'), previousHash.toString('hex')]
  return Buffer.from(JSON.stringify(['seal-1', tenantId, number, month, firstId, lastId, count, ...hashes, sealedAt]))
}

export function sealRows(content: SealContent, { signing }: SealKeys): Seal {
  const bytes = toBytes(content)
  const signature = sign(ALGORITHM.digest, bytes, { key: signing.key, dsaEncoding: ALGORITHM.dsaEncoding })
  return { ...content, hash: sha256(bytes), signature, keyId: signing.id }
}

/** Says what is wrong with a seal, or returns null. */
export function findFlaw(seal: Seal, { verifying }: SealKeys): string | null {
  const bytes = toBytes(seal)
  const key = verifying.get(seal.keyId)
  if (!key) return `was signed with an unknown key, ${seal.keyId}`
  const isSigned = verify(ALGORITHM.digest, bytes, { key, dsaEncoding: ALGORITHM.dsaEncoding }, seal.signature)
  return isSigned && sha256(bytes).equals(seal.hash) ? null : 'was changed'
}
