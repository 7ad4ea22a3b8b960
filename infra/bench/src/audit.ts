// oxlint-disable no-restricted-imports -- an app is no package; here its parts are measured without the process around them
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onAll } from '@coursewire/messaging'
import { storeEvents } from '../../../apps/audit-log/src/consumer.ts'
import { findStory } from '../../../apps/audit-log/src/records/repository.ts'
import { readSealKeys } from '../../../apps/audit-log/src/seals/seal.ts'
import { sealAll } from '../../../apps/audit-log/src/seals/sealer.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { consumeAll } from './consume.ts'
import { effectTable } from './effects.ts'
import type { Environment, Store } from './environment.ts'
import { buildRecords } from './events.ts'
import { measureReads } from './reads.ts'

const EVENTS = 60_000
const RECORDS = 10_000_000
const FILLED_AT_ONCE = 500_000
const READS = 2_000
/** More often than in production, so that sealing takes part while events are consumed. */
const SEAL_EVERY_MS = 500
const migrations = {
  folder: fileURLToPath(new URL('../../../apps/audit-log/migrations', import.meta.url)),
  table: 'migrations',
}

/** Measures what it costs to keep every event, sealed. */
export async function createAuditComparison(environment: Environment): Promise<Comparison> {
  const [log, effects] = await Promise.all([environment.createStore(migrations), environment.createStore(effectTable)])
  return {
    work: `audit-log: ${EVENTS.toLocaleString('en')} events stored and sealed`,
    floorWork: 'the same events consumed with one effect row each',
    figures: { throughput: { unit: 'events/s', aim: { atLeast: 0.6 } } },
    ours: () => storeAll(environment, log),
    floor: () => consumeAll(environment, effects, { count: EVENTS }),
  }
}

/** Measures how long it takes to find the story of one request among many. */
export async function createStoryComparison(environment: Environment): Promise<Comparison> {
  const log = await environment.createStore(migrations)
  const findOne = (id: number) =>
    log.pool.query({ name: 'one', text: 'SELECT * FROM records WHERE id = $1', values: [id] })
  return {
    work: `audit-log: the story of one request among ${RECORDS.toLocaleString('en')} records`,
    floorWork: 'one record by its id',
    figures: { p50: { unit: 'ms', aim: { atMost: 4 } }, p99: { unit: 'ms', aim: null } },
    isMeasuredOnce: true,
    async ours() {
      await fill(environment, log)
      return measureReads(READS, RECORDS / 4, (index) => findStory(log.db, 'bench', `req-${index}`, 1_001))
    },
    floor: () => measureReads(READS, RECORDS / 4, findOne),
  }
}

/** Ends when the last event is sealed. */
async function storeAll(environment: Environment, log: Store): Promise<Measured> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = readSealKeys(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  let isOver = false
  const sealing = (async () => {
    while (!isOver) {
      await sealAll({ db: log.db, keys })
      await sleep(SEAL_EVERY_MS)
    }
  })()
  const measured = await consumeAll(
    environment,
    log,
    { count: EVENTS, end: () => sealAll({ db: log.db, keys }) },
    {
      buildRecords,
      tables: ['records', 'seals'],
      counted: 'records',
      createHandlers: (topic, onHandled) => [
        onAll(topic, (tx, events) => {
          onHandled(events.length)
          return storeEvents(tx, events)
        }),
      ],
    },
  )
  isOver = true
  await sealing
  return measured
}

/** Stores records, four of each request, and keeps only the index that is measured, because the others take the longest to fill. */
async function fill(environment: Environment, log: Store): Promise<void> {
  const { owner } = log
  await owner.query('TRUNCATE records, seals RESTART IDENTITY')
  await owner.query('DROP INDEX records_ids, records_type, records_tenant')
  for (let from = 0; from < RECORDS; from += FILLED_AT_ONCE) {
    await owner.query(
      `INSERT INTO records (tenant_id, topic, partition, "offset", appended_at, key, headers, value, type, event_id,
                            correlation_id, ids)
       SELECT 'bench', 'enrollment.events.v1', 0, n, now(), convert_to('enr_' || n, 'UTF8'), '[]',
              convert_to('{"id":"' || n || repeat('x', 500) || '"}', 'UTF8'), 'enrollment.completed', n::text,
              'req-' || (n % ($2::int / 4)), ARRAY['enr_' || n]
       FROM generate_series($1::int, $1::int + ${FILLED_AT_ONCE - 1}) AS n`,
      [from, RECORDS],
    )
    environment.log(`  ${(from + FILLED_AT_ONCE).toLocaleString('en')} records`)
  }
  await owner.query('VACUUM ANALYZE records')
}
