// The other service: consumes a topic in its own process and reports when each event's effect was committed.
import { enrollmentCompleted } from '@coursewire/events'
import { createKafka, onRun, startConsumer } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import { createDatabase, createLogger, createPool, type Database } from '@coursewire/service-kit'
import { insertEffects } from './effects.ts'
import type { Crossing, Reading } from './latency.ts'

const { kind, topic, brokers, databaseUrl } = JSON.parse(process.argv[2] ?? '') as Reading
const logger = createLogger({ service: 'bench', level: 'warn' })
const kafka = { clientId: 'bench-reader', brokers, logger }
const crossings: Crossing[] = []
const note = (ids: string[]) => {
  const at = performance.timeOrigin + performance.now()
  for (const id of ids) crossings.push({ id, at })
}

process.on('message', () => {
  process.send?.(crossings)
})
process.once('disconnect', () => process.exit())
await (kind === 'ours' ? readOurs() : readRaw())
process.send?.('ready')

async function readOurs(): Promise<void> {
  const pool = createPool({ url: databaseUrl, max: 20, name: 'bench', logger })
  const handledIn = new WeakMap<object, string[]>()
  const consumer = startConsumer({
    kafka,
    name: topic,
    serviceVersion: '1',
    db: noteCommits(createDatabase(pool), handledIn),
    handlers: [
      onRun({ ...enrollmentCompleted, topic }, async (tx, events) => {
        handledIn.set(tx, [...(handledIn.get(tx) ?? []), ...events.map(({ id }) => id)])
        await insertEffects(tx, events)
      }),
    ],
    logger,
    onCommitted: () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
  await waitFor(() => consumer.isInGroup())
}

/** Makes the database record the time of each commit with the events in it. */
function noteCommits(db: Database, handledIn: WeakMap<object, string[]>): Database {
  const transact = db.transaction.bind(db)
  db.transaction = async (run, config) => {
    let ids: string[] = []
    const result = await transact(async (tx) => {
      const value = await run(tx)
      ids = handledIn.get(tx) ?? []
      return value
    }, config)
    note(ids)
    return result
  }
  return db
}

async function readRaw(): Promise<void> {
  const consumer = createKafka(kafka).consumer({ groupId: topic, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()))
  await consumer.run({
    eachBatch: async ({ batch }) => note(batch.messages.map(({ headers }) => String(headers?.['ce_id']))),
  })
  await joined
}
