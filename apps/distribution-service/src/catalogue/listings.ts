import { setImmediate } from 'node:timers/promises'
import { createOutageLog, type Database, type Logger, startTicking, type Transaction } from '@coursewire/service-kit'
import { readLanguage } from '../db/language.ts'
import { readStatement } from '../db/statements.ts'
import type { Distribution } from '../entries/distribution.ts'
import { listTerms } from './search-terms.ts'

const LOOK_EVERY_MS = 1_000
/** A long German text takes a tenth of a second, and editors wait for what is locked, five seconds at the most. */
const MAX_AT_ONCE = 50

type Entry = Pick<
  Distribution,
  'id' | 'courseId' | 'title' | 'description' | 'language' | 'targetGroup' | 'visibility' | 'listed'
>

const lockStale = readStatement<Entry>('lock-stale')
const write = readStatement('write-terms')

/** Updates the search terms of listed entries. Call it in the transaction that changes them. */
export async function writeTerms(tx: Transaction, entries: Entry[]): Promise<void> {
  const listed = entries.filter(({ visibility, listed }) => visibility === 'public' && listed)
  if (listed.length === 0) return
  const found: { id: string; terms: string[] }[] = []
  for (const entry of listed) {
    found.push({ id: entry.id, terms: listTerms(entry) })
    // Requests are answered in between.
    await setImmediate()
  }
  await write(tx, { entries: JSON.stringify(found) })
}

/** Updates a batch of entries that something else has changed: an earlier version of this service, or a migration. */
async function writeStaleTerms(db: Database): Promise<{ isDone: boolean }> {
  // Usually there is nothing to do, which needs no transaction.
  if ((await lockStale(db, { limit: 1 })).length === 0) return { isDone: true }
  return db.transaction(async (tx) => {
    const stale = await lockStale(tx, { limit: MAX_AT_ONCE })
    const entries = stale.map((entry) => ({ ...entry, language: readLanguage(entry.language) }))
    await writeTerms(tx, entries)
    return { isDone: stale.length < MAX_AT_ONCE }
  })
}

/** Updates all entries that something else has changed. */
export async function writeAllTerms(db: Database): Promise<void> {
  while (!(await writeStaleTerms(db)).isDone);
}

/** Updates such entries once a second, on every instance. Each skips what another one has locked. */
export function keepTerms({ db, logger }: { db: Database; logger: Logger }): { close(): Promise<void> } {
  const looking = createOutageLog(logger, {
    failing: 'Search terms cannot be updated now',
    works: 'Search terms are updated again',
  })
  return startTicking(LOOK_EVERY_MS, () => writeStaleTerms(db).then(() => looking.worked(), looking.failed))
}
