import type { Comparison } from './benchmark.ts'
import { consumeAll } from './consume.ts'
import { effectTable } from './effects.ts'
import type { Environment } from './environment.ts'
import { relayAll } from './relay.ts'

const ROWS = 60_000
const MILLION = 1_000_000

/** Rows that wait on one channel must not slow down the other. */
export async function createNeighbourComparison(environment: Environment): Promise<Comparison> {
  const [crowded, alone] = await Promise.all([environment.createStore(), environment.createStore()])
  await crowded.owner.query(
    `INSERT INTO outbox (channel, topic, payload, headers, log)
     SELECT 'sns', 'topic', convert_to(repeat('x', 300), 'UTF8'), convert_to('[]', 'UTF8'), '{}'
     FROM generate_series(1, $1)`,
    [MILLION],
  )
  await crowded.owner.query('VACUUM ANALYZE outbox')
  return {
    work: `relay: ${ROWS.toLocaleString('en')} rows → Kafka, a million rows waiting on the other channel`,
    floorWork: 'our relay without them',
    figures: { throughput: { unit: 'events/s', aim: { atLeast: 0.95 } } },
    ours: () => relayAll(environment, crowded, ROWS),
    floor: () => relayAll(environment, alone, ROWS),
  }
}

/** Ten times the rows, and a million remembered events, must not make relay or consumer slower. */
export async function createGrowthComparisons(environment: Environment): Promise<Comparison[]> {
  const [outbox, old, young] = await Promise.all([
    environment.createStore(),
    environment.createStore(effectTable),
    environment.createStore(effectTable),
  ])
  const figures = { throughput: { unit: 'events/s', aim: { atLeast: 0.8 } } }
  return [
    {
      work: `relay: ${(10 * ROWS).toLocaleString('en')} waiting rows → Kafka`,
      floorWork: `our relay with ${ROWS.toLocaleString('en')}`,
      figures,
      isMeasuredOnce: true,
      ours: () => relayAll(environment, outbox, 10 * ROWS),
      floor: () => relayAll(environment, outbox, ROWS),
    },
    {
      work: `consume: ${(10 * ROWS).toLocaleString('en')} events, a million remembered`,
      floorWork: `our consumer with ${ROWS.toLocaleString('en')}, none remembered`,
      figures,
      isMeasuredOnce: true,
      ours: () => consumeAll(environment, old, { count: 10 * ROWS, remembered: MILLION }),
      floor: () => consumeAll(environment, young, { count: ROWS }),
    },
  ]
}
