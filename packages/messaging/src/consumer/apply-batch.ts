import type { EventEnvelope } from '@coursewire/events'
import { queryNamed, type Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { toBinaryArray } from '../binary-array.ts'
import { type Attempts, buildDeadLetter } from '../dead-letters/dead-letter.ts'
import { appendToOutbox } from '../outbox/outbox.ts'
import type { Handlers } from './handlers.ts'
import { type Identity, nameByPosition, type Received } from './record.ts'

export type Outcome = 'done' | 'duplicate' | 'dead' | 'mismatch'

export interface BatchContext {
  consumer: string
  serviceVersion: string
  handlers: Handlers
}

/** An item of a batch: the record, and its failures so far. */
export interface BatchItem {
  received: Received
  attempts: Attempts | null
}

/**
 * Remembers the items, applies the new ones in order, and writes the refused ones to the outbox as dead letters. All of this happens in
 * `tx`, so that memory and effect commit together. Resolves to the outcome of each item.
 */
export async function applyBatch(tx: Transaction, context: BatchContext, items: BatchItem[]): Promise<Outcome[]> {
  const { consumer, serviceVersion, handlers } = context
  const batch = items.map(({ received }) => received)
  await forgetRedriven(tx, consumer, batch)
  const outcomes = await remember(tx, consumer, batch)

  const fresh = batch.filter((_, index) => outcomes[index] === 'done')
  await handle(tx, handlers, fresh)

  const now = new Date()
  const first = { count: 1, firstFailureAt: now, lastFailureAt: now }
  const dead = items.flatMap(({ received, attempts }, index) => {
    const outcome = outcomes[index]
    if (outcome !== 'dead' && outcome !== 'mismatch') return []
    const letter = outcome === 'dead' ? received : refuseMismatch(received)
    return buildDeadLetter(consumer, serviceVersion, letter, attempts ?? first)
  })
  await appendToOutbox(tx, dead)
  return outcomes
}

/**
 * Passes consecutive events of one type to its handler together, or all of a type that is order-free. Then passes all to the handler of their
 * topic; a batch has only one.
 */
async function handle(tx: Transaction, { byType, byTopic }: Handlers, batch: Received[]): Promise<void> {
  const orderFree = new Map<string, EventEnvelope[]>()
  let run: EventEnvelope[] = []
  async function flush(): Promise<void> {
    const [first] = run
    const events = run
    run = []
    if (first) await byType.get(first.type)?.handle(tx, events)
  }
  for (const { event } of batch) {
    if (!event) continue
    if (byType.get(event.type)?.isOrderFree) {
      const known = orderFree.get(event.type)
      if (known) known.push(event)
      else orderFree.set(event.type, [event])
      continue
    }
    if (run[0] && run[0].type !== event.type) await flush()
    run.push(event)
  }
  await flush()
  // The same order everywhere, so that two transactions do not wait for each other.
  for (const [type, events] of [...orderFree].sort(([one], [other]) => (one < other ? -1 : 1))) {
    await byType.get(type)?.handle(tx, events)
  }
  const [first] = batch
  if (first) await byTopic.get(first.record.topic)?.handle(tx, batch)
}

/** Gives replayed dead letters a second chance. If their event was handled meanwhile, they are still duplicates. */
async function forgetRedriven(tx: Transaction, consumer: string, batch: Received[]): Promise<void> {
  const redriven = batch.filter(({ record }) => record.isRedriven)
  if (redriven.length === 0) return
  const { sources, streamMessageIds } = toColumns(redriven)
  await tx.execute(sql`
    DELETE FROM event_dedup AS known
    USING unnest(${sql.param(sources)}::text[], ${sql.param(streamMessageIds)}::text[]) AS redriven (source, id)
    WHERE known.consumer = ${consumer} AND known.source = redriven.source AND known.stream_message_id = redriven.id
      AND known.outcome = 'dead'`)
}

async function remember(tx: Transaction, consumer: string, batch: Received[]): Promise<Outcome[]> {
  const firsts = dropRepeats(batch)
  const inserted = await insertUnknown(tx, consumer, [...firsts])
  const toOutcome = ({ refusal }: Received): Outcome => (refusal ? 'dead' : 'done')
  if (inserted.size === batch.length) return batch.map(toOutcome)

  const known = await findKnown(tx, consumer, batch)
  const outcomes = batch.map((received): Outcome => {
    if (inserted.has(received)) return toOutcome(received)
    return isSameContent(received, known) ? 'duplicate' : 'mismatch'
  })
  return rememberMismatches(tx, consumer, batch, outcomes)
}

/** Drops records that share a name with an earlier one, because a conflict within one statement would go unnoticed. */
function dropRepeats(batch: Received[]): Set<Received> {
  const ids = [
    new Set(batch.map(({ identity }) => identity.streamMessageId)),
    new Set(batch.map(({ identity }) => identity.eventId)),
  ]
  // If no two ids are equal, no two names are. This is cheaper to check and nearly always true.
  if (ids.every(({ size }) => size === batch.length)) return new Set(batch)
  const names = new Set<string>()
  const firsts = new Set<Received>()
  for (const received of batch) {
    const own = [toStreamName(received.identity), toEventName(received.identity)]
    if (!own.some((name) => names.has(name))) firsts.add(received)
    for (const name of own) names.add(name)
  }
  return firsts
}

// The order prevents a deadlock between two transactions with the same records. Names are returned only if some were known. From here on the
// transaction finds rows by index: a plan of when a table was small would otherwise read all of it in every batch, until it is analyzed.
const insertUnknownSql = `
  WITH inserted AS (
    INSERT INTO event_dedup (consumer, source, stream_message_id, tenant_id, event_id, content_hash, outcome)
    SELECT $1, source, stream_message_id, tenant_id, event_id, content_hash, outcome
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[])
         WITH ORDINALITY AS row (source, stream_message_id, tenant_id, event_id, content_hash, outcome, position)
    ORDER BY source, stream_message_id, position
    ON CONFLICT DO NOTHING
    RETURNING source, stream_message_id
  ), total AS (
    SELECT count(*)::int AS count FROM inserted
  )
  SELECT count, source, stream_message_id AS "streamMessageId"
  FROM set_config('enable_seqscan', 'off', true) CROSS JOIN total LEFT JOIN inserted ON count < $8`

/** Inserts the records that are not known by either name, and returns them. */
async function insertUnknown(tx: Transaction, consumer: string, batch: Received[]): Promise<Set<Received>> {
  const { sources, streamMessageIds, tenantIds, eventIds, hashes, outcomes } = toColumns(batch)
  const { rows } = await queryNamed<{ count: number; source: string; streamMessageId: string }>(tx, {
    name: 'insert-unknown-events',
    text: insertUnknownSql,
    values: [consumer, sources, streamMessageIds, tenantIds, eventIds, hashes, outcomes, batch.length],
  })
  if (rows[0]?.count === batch.length) return new Set(batch)
  const names = new Set(rows.map(toStreamName))
  return new Set(batch.filter(({ identity }) => names.has(toStreamName(identity))))
}

interface Known extends Identity {
  contentHash: Buffer
}

/** A second statement, because a conflicting row may have been committed after the first one's snapshot. */
async function findKnown(tx: Transaction, consumer: string, batch: Received[]): Promise<Map<string, Known[]>> {
  const { sources, streamMessageIds, tenantIds, eventIds } = toColumns(batch)
  const { rows } = await tx.execute<Known & Record<string, unknown>>(sql`
    WITH wanted AS (
      SELECT * FROM unnest(${sql.param(sources)}::text[], ${sql.param(streamMessageIds)}::text[],
                           ${sql.param(tenantIds)}::text[], ${sql.param(eventIds)}::text[])
             AS row (source, stream_message_id, tenant_id, event_id)
    )
    SELECT known.source, known.stream_message_id AS "streamMessageId", known.tenant_id AS "tenantId",
           known.event_id AS "eventId", known.content_hash AS "contentHash"
    FROM wanted JOIN event_dedup AS known ON known.consumer = ${consumer}
      AND known.source = wanted.source AND known.stream_message_id = wanted.stream_message_id
    UNION
    SELECT known.source, known.stream_message_id, known.tenant_id, known.event_id, known.content_hash
    FROM wanted JOIN event_dedup AS known ON known.consumer = ${consumer}
      AND known.tenant_id = wanted.tenant_id AND known.event_id = wanted.event_id`)

  const byName = new Map<string, Known[]>()
  for (const row of rows) {
    for (const name of [toStreamName(row), toEventName(row)]) byName.set(name, [...(byName.get(name) ?? []), row])
  }
  return byName
}

/** Whether the record's two names lead to the same row, and that row has the record's content. */
function isSameContent({ identity, contentHash }: Received, known: Map<string, Known[]>): boolean {
  const rows = new Set([...(known.get(toStreamName(identity)) ?? []), ...(known.get(toEventName(identity)) ?? [])])
  return rows.size === 1 && [...rows].every((row) => contentHash.equals(row.contentHash))
}

/** Remembers a mismatch by its position, so that it becomes one dead letter, however often it is delivered. */
async function rememberMismatches(
  tx: Transaction,
  consumer: string,
  batch: Received[],
  outcomes: Outcome[],
): Promise<Outcome[]> {
  const mismatches = new Map<number, Received>()
  for (const [index, received] of batch.entries()) {
    if (outcomes[index] === 'mismatch') mismatches.set(index, refuseMismatch(received))
  }
  if (mismatches.size === 0) return outcomes
  const fresh = await insertUnknown(tx, consumer, [...mismatches.values()])
  return outcomes.map((outcome, index) => {
    const mismatch = mismatches.get(index)
    return mismatch && !fresh.has(mismatch) ? 'duplicate' : outcome
  })
}

function refuseMismatch({ record, identity }: Received): Received {
  const message = `event ${identity.eventId} was received before, with another content`
  return nameByPosition(record, { code: 'event.mismatch', message })
}

const toStreamName = ({ source, streamMessageId }: Pick<Identity, 'source' | 'streamMessageId'>) =>
  `s\u0000${source}\u0000${streamMessageId}`
const toEventName = ({ tenantId, eventId }: Pick<Identity, 'tenantId' | 'eventId'>) =>
  `e\u0000${tenantId}\u0000${eventId}`

function toColumns(batch: Received[]) {
  const texts = (read: (received: Received) => string) => toBinaryArray('text', batch.map(read))
  const hashes = batch.map(({ contentHash }) => contentHash)
  return {
    sources: texts(({ identity }) => identity.source),
    streamMessageIds: texts(({ identity }) => identity.streamMessageId),
    tenantIds: texts(({ identity }) => identity.tenantId),
    eventIds: texts(({ identity }) => identity.eventId),
    outcomes: texts(({ refusal }) => (refusal ? 'dead' : 'done')),
    hashes: toBinaryArray('bytea', hashes),
  }
}
