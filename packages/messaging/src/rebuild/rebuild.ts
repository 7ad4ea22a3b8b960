import { type Session, type Transaction, withSession } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { applyBatch, type BatchContext, type BatchItem } from '../consumer/apply-batch.ts'
import { classifyFailure } from '../consumer/classify.ts'
import { type Handler, sortHandlers } from '../consumer/handlers.ts'
import { isSamePlace, readPositions } from '../consumer/positions.ts'
import { decodeRecord, type Identity, nameByPosition } from '../consumer/record.ts'
import { createAdminClient } from '../kafkajs/admin.ts'
import { createKafka, type KafkaSettings } from '../kafkajs/client.ts'
import { type Range, readRanges } from '../kafkajs/read-ranges.ts'
import { findTopicState } from '../kafkajs/topic-state.ts'
import type { KafkaSource } from '../source.ts'
import { addHistory, findBeginning, findWholeDay, type Partition } from './coverage.ts'
import { type Draft, openDraft } from './draft.ts'

const BATCH = 500
/** A topic's first records are looked for among so many offsets. The very first ones may be markers of transactions. */
const FIRST = 100

export interface RebuildOptions {
  kafka: KafkaSettings
  /** Connects as the owner of the tables. */
  databaseUrl: string
  /** The name of the consumer whose tables these are. */
  name: string
  serviceVersion: string
  handlers: readonly Handler[]
  /** The tables that hold more than events tell. They begin with what they have. */
  keptTables: readonly string[]
  /** Reads the records from before those of the topics, in their order and each once; it is called twice. Null if there are none. */
  history: (() => AsyncIterable<KafkaSource[]>) | null
  /** Goes on although events are missing, before the topics begin or of a whole tenant. */
  mayMiss: boolean
  onProgress: (line: string) => void
}

export interface Rebuilt {
  /** The first day that was replaced, and null if all were. */
  since: string | null
  rows: Record<string, number>
}

/**
 * Makes the tables of a consumer anew, by its own handlers from the history and then from the topics, and replaces them in one transaction. The
 * consumer goes on meanwhile, and waits only for the end. Whatever ends this before, also `kill -9`, changes nothing.
 *
 * If the first events are not known any more, only whole days since then are replaced (in tables with a column `day`), and the events are
 * applied again to the other tables, on top of what these have.
 */
export function rebuildTables(options: RebuildOptions): Promise<Rebuilt> {
  return withSession('rebuild', options.databaseUrl, async (session) => {
    const admin = createAdminClient(options.kafka, { readUncommitted: false })
    const kafka = createKafka(options.kafka, { retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } })
    const topics = [...new Set(options.handlers.map(({ topic }) => topic))]
    try {
      return await rebuild(session, options, {
        findPartitions: async () => {
          const states = await Promise.all(topics.map((topic) => admin.use((client) => findTopicState(client, topic))))
          return topics.flatMap((topic, at) => {
            const { life = '', bounds = [] } = states[at] ?? {}
            return [...bounds].map(([partition, of]): Partition => ({ topic, life, partition, ...of, history: null }))
          })
        },
        read: (ranges, onRecords) =>
          admin.use((client) => readRanges({ kafka, admin: client, name: options.name }, ranges, onRecords)),
      })
    } finally {
      await admin.close()
    }
  })
}

interface Topics {
  /** Finds the partitions as the consumer can read them now. */
  findPartitions(): Promise<Partition[]>
  read(ranges: Range[], onRecords: (records: KafkaSource[]) => void | Promise<void>): Promise<void>
}

async function rebuild(session: Session, options: RebuildOptions, topics: Topics): Promise<Rebuilt> {
  const { name, serviceVersion, handlers, keptTables, history, mayMiss, onProgress } = options
  const context: BatchContext = { consumer: name, serviceVersion, handlers: sortHandlers(handlers) }
  const draft = await openDraft(session, name)
  const since = await findStart(options, topics)
  await draft.begin(keptTables, since)

  const apply = (records: KafkaSource[]) =>
    session.transaction((tx) => applyAll(tx, draft, context, records), { isolationLevel: 'read committed' })
  const count = createCounter(onProgress)
  for await (const records of history?.() ?? []) {
    await apply(records)
    count('history', records.length)
  }
  await draft.analyze()

  const done = new Map<string, number>()
  /** Finds the records of the topics that have not been read yet, up to their present ends. */
  const findRest = async () =>
    (await topics.findPartitions()).map(({ topic, life, partition, first, end }) => {
      const from = Math.max(first, done.get(`${topic}/${partition}`) ?? 0)
      return { topic, life, partition, first, from, to: end }
    })
  let rest = await findRest()
  let left = Number.POSITIVE_INFINITY
  // The rest does not get smaller any more where records come all the time.
  while (countRecords(rest) > 0 && countRecords(rest) < left / 2) {
    left = countRecords(rest)
    await topics.read(rest, async (records) => {
      await apply(records)
      count('topics', records.length)
    })
    for (const { topic, partition, to } of rest) done.set(`${topic}/${partition}`, to)
    rest = await findRest()
  }

  onProgress('Replacing the tables, while the consumer waits')
  const rows = await draft.replace({ since, mayMiss }, async (tx) => {
    // Everything that the consumer has handled is before these ends, because it commits nothing meanwhile.
    const ends = await findRest()
    const { positions } = await readPositions(
      tx,
      name,
      ends.map(({ topic }) => topic),
    )
    const ranges = ends.map((range) => {
      const { position = 0 } = positions.find((one) => isSamePlace(one, range)) ?? {}
      return { ...range, from: Math.max(range.first, Math.min(range.from, position)) }
    })
    const ahead: Identity[] = []
    await topics.read(ranges, async (records) => {
      await applyAll(tx, draft, context, records)
      for (const record of records) {
        const decoded = decodeRecord(record, context.handlers, name)
        if ('received' in decoded) ahead.push(decoded.received.identity, nameByPosition(record, null).identity)
      }
    })
    return ahead
  })
  return { since, rows }
}

const countRecords = (ranges: Range[]) => ranges.reduce((sum, { from, to }) => sum + to - from, 0)

/** Finds the first day that events tell of as a whole, and null if they tell everything. */
async function findStart({ history, mayMiss, onProgress }: RebuildOptions, topics: Topics): Promise<string | null> {
  const partitions = new Map(
    (await topics.findPartitions()).map((one) => [`${one.topic}/${one.partition}`, { ...one, begins: Date.now() }]),
  )
  for await (const records of history?.() ?? []) addHistory(partitions, records)
  const unknown = [...partitions.values()].filter(({ first, history: older }) => first > 0 && older === null)
  const ranges = unknown.map(({ topic, partition, first, end }) => ({
    topic,
    partition,
    from: first,
    to: Math.min(end, first + FIRST),
  }))
  await topics.read(ranges, (records) => {
    for (const { topic, partition, timestamp } of records) {
      const known = partitions.get(`${topic}/${partition}`)
      if (known) known.begins = Math.min(known.begins, Number(timestamp))
    }
  })
  const since = findBeginning(partitions.values(), { hasHistory: history !== null, mayMiss })
  if (since === null) return null
  const day = findWholeDay(since)
  onProgress(`The first events are gone. Days before ${day} stay as they are`)
  return day
}

/** Applies records as the consumer does, except that what it refuses makes no dead letters: they go to an outbox that vanishes. */
async function applyAll(tx: Transaction, draft: Draft, context: BatchContext, records: KafkaSource[]): Promise<void> {
  const items = records.flatMap((record): BatchItem[] => {
    const decoded = decodeRecord(record, context.handlers, context.consumer)
    return 'received' in decoded ? [{ received: decoded.received, attempts: null }] : []
  })
  for (let from = 0; from < items.length; from += BATCH) {
    await applyTogether(tx, draft, context, items.slice(from, from + BATCH))
  }
}

async function applyTogether(tx: Transaction, draft: Draft, context: BatchContext, items: BatchItem[]): Promise<void> {
  await tx.execute(sql`SAVEPOINT batch`)
  try {
    await applyBatch(tx, context, items)
  } catch (error) {
    await tx.execute(sql`ROLLBACK TO SAVEPOINT batch`)
    const [item] = items
    if (items.length > 1) for (const one of items) await applyTogether(tx, draft, context, [one])
    else if (item) await refuse(tx, draft, context, item, error)
    return
  }
  await tx.execute(sql`RELEASE SAVEPOINT batch`)
}

/** Throws what the consumer would not refuse, or has not refused. */
async function refuse(
  tx: Transaction,
  draft: Draft,
  context: BatchContext,
  { received, attempts }: BatchItem,
  error: unknown,
): Promise<void> {
  const isRule = classifyFailure(error) === 'permanent'
  if (!isRule && !(await draft.isKnownAsDead(tx, received.identity))) throw error
  const refusal = { code: 'refused', message: String(error) }
  await applyBatch(tx, context, [{ received: { ...received, refusal }, attempts }])
}

const EVERY_MS = 1_000

/** Says how many records have been read, once a second. */
function createCounter(onProgress: (line: string) => void) {
  const counts = { history: 0, topics: 0 }
  let saidAt = performance.now()
  return (of: keyof typeof counts, more: number) => {
    counts[of] += more
    if (performance.now() - saidAt < EVERY_MS) return
    saidAt = performance.now()
    onProgress(`${counts.history} records of the history read, ${counts.topics} of the topics`)
  }
}
