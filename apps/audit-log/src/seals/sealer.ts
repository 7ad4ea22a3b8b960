import { createOutageLog, type Database, type Logger, now, startTicking } from '@coursewire/service-kit'
import * as metrics from './metrics.ts'
import * as repository from './repository.ts'
import { type SealKeys, sealRows } from './seal.ts'

const EVERY_MS = 60_000
/** The most rows that one transaction seals. */
const ROWS = 5_000

/** Seals the rows that have been added, once a minute. Of several processes one does so. */
export function startSealer(options: { db: Database; keys: SealKeys; logger: Logger }): { close(): Promise<void> } {
  const { db, logger } = options
  const outages = createOutageLog(logger, { failing: 'Records cannot be sealed', works: 'Records are sealed again' })
  let isClosing = false

  async function measure(): Promise<void> {
    const { unsealedSeconds, withoutMonth } = await repository.measureGaps(db)
    metrics.unsealed.record(unsealedSeconds)
    metrics.withoutMonth.record(withoutMonth)
    if (withoutMonth > 0) logger.error({ withoutMonth }, 'Records have no month: run migrate.js --maintain')
  }

  const ticking = startTicking(EVERY_MS, async () => {
    try {
      try {
        await sealAll(options, () => isClosing)
      } finally {
        // Measures also if sealing fails, because that is what the alarm is about.
        await measure()
      }
      outages.worked()
    } catch (error) {
      outages.failed(error)
    }
  })
  return {
    close() {
      isClosing = true
      return ticking.close()
    },
  }
}

/** Seals every row that is committed. Ends early if it is stopped, or if another process is sealing. */
export async function sealAll(
  { db, keys }: { db: Database; keys: SealKeys },
  isStopped: () => boolean = () => false,
): Promise<void> {
  const settled = await repository.findSettledId(db)
  while (!isStopped() && (await sealNext(db, keys, settled))) continue
}

/** Resolves to whether there may be more to seal. */
function sealNext(db: Database, keys: SealKeys, settled: bigint): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await repository.tryToSeal(tx))) return false
    const unsealed = await repository.readUnsealed(tx, await repository.findSealedId(tx), settled, ROWS)
    const sealedAt = now()
    for (const content of unsealed) {
      const { number, hash: previousHash } = await repository.findLastSeal(tx, content.tenantId)
      await repository.insertSeal(tx, sealRows({ ...content, number: number + 1, previousHash, sealedAt }, keys))
    }
    return unsealed.reduce((sum, { count }) => sum + count, 0) === ROWS
  })
}
