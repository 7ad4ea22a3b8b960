import type { Database } from '@coursewire/service-kit'
import * as repository from './repository.ts'
import { findFlaw, ROW_BYTES, type Seal, type SealKeys } from './seal.ts'

/** Less than every id that Postgres can store. */
const BEFORE_ALL = -(2n ** 63n)
/** So many rows of one kind are listed for each seal. */
const MAX_LISTED = 100

export interface Verdict {
  tenantId: string
  seals: number
  /** Rows that are as they were when they were sealed. */
  records: number
  /** The last seal. Whoever keeps this can tell later whether the end of the chain was replaced. */
  last: { number: number; hash: string; recordId: string; sealedAt: string } | null
  faults: string[]
}

/**
 * Compares the rows of a tenant with its seals. Beyond the last seal it vouches for nothing. Months before `since`, the first day of one, may
 * have been dropped.
 */
export async function verifyTenant(
  db: Database,
  tenantId: string,
  { keys, since }: { keys: SealKeys; since: string },
): Promise<Verdict> {
  const verdict: Verdict = { tenantId, seals: 0, records: 0, last: null, faults: [] }
  const lastOfMonth = new Map<string, bigint>()
  const sealed = await repository.findSealedId(db)
  let previous: Seal | null = null

  for await (const seal of repository.readSeals(db, tenantId)) {
    verdict.faults.push(...checkLink(seal, previous))
    const flaw = findFlaw(seal, keys)
    if (flaw !== null) verdict.faults.push(`seal ${seal.number} ${flaw}`)
    if (seal.month >= since) {
      const after = lastOfMonth.get(seal.month) ?? BEFORE_ALL
      const found = await repository.readRowsOf(db, seal, after, BigInt(seal.lastId))
      const faults = compareRows(seal.rows, found)
      verdict.faults.push(...faults.map((fault) => `${fault} (seal ${seal.number})`))
      verdict.records += seal.count - faults.length
    }
    lastOfMonth.set(seal.month, BigInt(seal.lastId))
    verdict.seals += 1
    previous = seal
  }
  if (previous) {
    const { number, hash, lastId: recordId, sealedAt } = previous
    verdict.last = { number, hash: hash.toString('hex'), recordId, sealedAt }
  }
  const added = await repository.listBeyondSeals(db, tenantId, sealed, since, MAX_LISTED)
  verdict.faults.push(...added.map((id) => `record ${id} was inserted`))
  return verdict
}

/** The first seal may follow others that were dropped together with their months. */
function checkLink({ number, previousHash }: Seal, previous: Seal | null): string[] {
  if (!previous) return []
  if (number !== previous.number + 1) return [`seals ${previous.number + 1} to ${number - 1} are missing`]
  return previousHash.equals(previous.hash) ? [] : [`seal ${number} does not follow seal ${previous.number}`]
}

/** Says what has become of the sealed rows. */
function compareRows(sealed: Buffer, found: Buffer): string[] {
  if (sealed.equals(found)) return []
  const before = readRows(sealed)
  const after = readRows(found)
  const placeOf = new Map([...before].map(([id, hash]) => [hash, id]))
  const faults: string[] = []
  for (const [id, hash] of before) {
    const other = after.get(id)
    if (other === hash) continue
    const origin = other === undefined ? undefined : placeOf.get(other)
    if (other === undefined) faults.push(`record ${id} is missing`)
    else if (origin === undefined) faults.push(`record ${id} was changed`)
    else faults.push(`record ${id} stands where record ${origin} stood`)
  }
  for (const id of after.keys()) if (!before.has(id)) faults.push(`record ${id} was inserted`)
  return faults
}

function readRows(rows: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  for (let at = 0; at + ROW_BYTES <= rows.length; at += ROW_BYTES) {
    found.set(String(rows.readBigInt64BE(at)), rows.toString('hex', at + 8, at + ROW_BYTES))
  }
  return found
}
