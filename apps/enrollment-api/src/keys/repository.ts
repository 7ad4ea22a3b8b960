import type { Database, Moment, Transaction } from '@coursewire/service-kit'
import { asc, inArray, type SQLWrapper, sql } from 'drizzle-orm'
import { signingKeys } from '../db/schema.ts'

/** How long a key is published before it signs. All services read the key set every five minutes. */
const PUBLISHED_BEFORE = sql`interval '10 minutes'`
/** How long a key stays published after it last signed: the life of a token, and those five minutes. */
const PUBLISHED_AFTER = sql`interval '20 minutes'`

/** The private half is sealed. */
export interface NewKey {
  kid: string
  sealedPrivateKey: Buffer
  publicJwk: Record<string, string>
}

/** A key signs until the next one does. The seconds are from now, by the database's clock; what is over has negative ones. */
export interface StoredKey extends NewKey {
  signsFrom: Moment
  signsInSeconds: number
  withdrawnAt: Moment | null
  withdrawnInSeconds: number | null
}

const { kid, sealedPrivateKey, publicJwk, signsFrom } = signingKeys
const withdrawnAt = sql<Moment | null>`lead(${signsFrom}) OVER (ORDER BY ${signsFrom}) + ${PUBLISHED_AFTER}`
const secondsTo = <Seconds>(moment: SQLWrapper) =>
  sql<Seconds>`extract(epoch FROM ${moment} - clock_timestamp())::float8`

/** All keys, in the order in which they sign. */
export async function listKeys(db: Database | Transaction): Promise<StoredKey[]> {
  return db
    .select({
      kid,
      sealedPrivateKey,
      publicJwk,
      signsFrom,
      signsInSeconds: secondsTo<number>(signsFrom),
      withdrawnAt: withdrawnAt.mapWith(signsFrom),
      withdrawnInSeconds: secondsTo<number | null>(withdrawnAt),
    })
    .from(signingKeys)
    .orderBy(asc(signsFrom))
}

/** Lets those who add keys take turns. Others can read them meanwhile. */
export async function lockKeys(tx: Transaction): Promise<void> {
  await tx.execute(sql`LOCK TABLE ${signingKeys} IN SHARE ROW EXCLUSIVE MODE`)
}

/** Adds a key that signs at once, because there is none before it. */
export async function insertFirstKey(tx: Transaction, key: NewKey): Promise<void> {
  await tx.insert(signingKeys).values({ ...key, signsFrom: sql`clock_timestamp()` })
}

/** Adds a key that signs when everybody knows it. Returns when that is. */
export async function insertNextKey(tx: Transaction, key: NewKey): Promise<Moment> {
  const [inserted] = await tx
    .insert(signingKeys)
    .values({ ...key, signsFrom: sql`clock_timestamp() + ${PUBLISHED_BEFORE}` })
    .returning({ signsFrom })
  if (!inserted) throw new Error('No row was inserted')
  return inserted.signsFrom
}

export async function deleteKeys(tx: Transaction, kids: string[]): Promise<void> {
  await tx.delete(signingKeys).where(inArray(kid, kids))
}
