import { AppError, createWaiter, type Database, inSpans, type Logger, toTraceparent } from '@coursewire/service-kit'
import { SpanKind } from '@opentelemetry/api'
import { backoffMs } from '../backoff.ts'
import * as metrics from '../metrics.ts'
import { hasAppended } from '../outbox/outbox.ts'
import { setTraceparent, toTracedMessage, traceOf } from '../traces.ts'
import { applyBatch, type BatchContext, type BatchItem, type Outcome } from './apply-batch.ts'
import type { Circuit } from './circuit.ts'
import { classifyFailure, decideNext } from './classify.ts'
import type { Received } from './record.ts'

const BATCH = 200

export interface LaneContext extends BatchContext {
  db: Database
  circuit: Circuit
  logger: Logger
  monotonicMs: () => number
  /** Called after each commit, which may have added rows to the outbox. */
  onCommitted: (commit: { hasRows: boolean }) => void
}

export type Lane = ReturnType<typeof createLane>

/** Handles records batch by batch. A batch is everything that waits, up to 200 records, in one transaction. Calls `onDone` for each settled record. */
export function createLane(context: LaneContext, onDone: (received: Received[]) => void) {
  const { circuit, logger } = context
  const waiter = createWaiter()
  let queue: Received[] = []
  let running: Promise<void> | null = null
  let isAbandoned = false

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await circuit.whenClosed()
      const items = queue.splice(0, BATCH).map((received) => ({ received, attempts: null }))
      await settle(items)
    }
  }

  function start(): void {
    running ??= drain().finally(() => {
      running = null
      // Records may have been pushed since the loop saw an empty queue.
      if (queue.length > 0) start()
    })
  }

  /** Tries until every item is done or dead, or the lane is abandoned. */
  async function settle(items: BatchItem[]): Promise<void> {
    let ownFailures = 0
    let firstFailedAt: number | null = null
    let successesBefore = circuit.successes
    while (!isAbandoned) {
      const failed = await attempt(items)
      if (!failed || isAbandoned) return
      const { error } = failed
      const failure = classifyFailure(error)
      metrics.retries.add(1, { class: failure })
      if (failure === 'outage' || failure === 'unknown') await circuit.trip(error)
      if (failure === 'unknown') {
        if (circuit.successes > successesBefore) ownFailures += 1
        successesBefore = circuit.successes
        firstFailedAt ??= context.monotonicMs()
      }
      const failingMs = firstFailedAt === null ? 0 : context.monotonicMs() - firstFailedAt
      const next = decideNext({ failure, records: items.length, ownFailures, failingMs })
      if (next === 'again') continue
      if (next === 'apart') {
        for (const item of items) await settle([item])
        return
      }
      for (const item of items) {
        recordAttempt(item)
        if (next === 'refuse') refuseForGood(item, error)
        else await pause(item, error)
      }
    }
  }

  /** Runs one transaction for all items. Resolves to its failure, or to null if they are settled. */
  async function attempt(items: BatchItem[]): Promise<{ error: unknown } | null> {
    let outcomes: Outcome[]
    let hasRows = false
    const toTraced = () =>
      items.map(({ received: { record } }) =>
        toTracedMessage(
          'process',
          { system: 'kafka', ...record },
          {
            'messaging.consumer.group.name': context.consumer,
            'messaging.destination.partition.id': String(record.partition),
            'messaging.kafka.offset': record.offset,
          },
        ),
      )
    try {
      outcomes = await inSpans('process batch', SpanKind.CONSUMER, toTraced, (spans) => {
        for (const [index, span] of spans.entries()) {
          const item = items[index]
          if (item) setTraceparent(item.received, toTraceparent(span))
        }
        return context.db.transaction(
          async (tx) => {
            const applied = await applyBatch(tx, context, items)
            hasRows = hasAppended(tx)
            return applied
          },
          { isolationLevel: 'read committed' },
        )
      })
    } catch (error) {
      return { error }
    }
    circuit.recordSuccess()
    report(items, outcomes)
    onDone(items.map((item) => item.received))
    context.onCommitted({ hasRows })
    return null
  }

  async function pause(item: BatchItem, error: unknown): Promise<void> {
    logger.warn({ err: error, ...describe(item.received) }, 'Event failed, trying again')
    await waiter.wait(backoffMs((item.attempts?.count ?? 1) - 1, 250, 5_000))
  }

  function recordAttempt(item: BatchItem): void {
    const at = new Date()
    item.attempts = {
      count: (item.attempts?.count ?? 0) + 1,
      firstFailureAt: item.attempts?.firstFailureAt ?? at,
      lastFailureAt: at,
    }
  }

  function refuseForGood(item: BatchItem, error: unknown): void {
    const reason = findReason(error)
    const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.name
    item.received = { ...item.received, refusal: { code, message: reason.message, stack: reason.stack } }
  }

  function report(items: BatchItem[], outcomes: Outcome[]): void {
    for (const [index, { received }] of items.entries()) {
      const outcome = outcomes[index]
      if (outcome === 'done') {
        const event = received.event ?? received.envelope
        // Compares the producer's clock with ours, because there is no clock that both could read.
        if (event) metrics.eventAgeAtEffect.record(Math.max(0, Date.now() - Date.parse(event.timestamp)) / 1000)
      } else if (outcome === 'duplicate') {
        metrics.dedupHits.add(1)
        logger.info(describe(received), 'Duplicate event, skipping')
      } else if (outcome === 'mismatch') {
        metrics.dedupMismatches.add(1)
        metrics.deadLetters.add(1, { reason: 'event.mismatch' })
        logger.error(describe(received), 'Event id seen again with another content')
      } else {
        const { code, message } = received.refusal ?? {}
        metrics.deadLetters.add(1, { reason: code ?? '' })
        logger.error({ ...describe(received), err: { code, message } }, 'Invalid event')
      }
    }
  }

  return {
    push: (received: Received): void => void queue.push(received),
    /** Starts the pushed records. Call it after the last record of a batch. */
    start,
    /** Drops the records that have not started. The running transaction ends, but is not tried again. */
    abandon(): void {
      isAbandoned = true
      queue = []
      waiter.wake()
    },
    whenIdle: (): Promise<void> => running ?? Promise.resolve(),
  }
}

const describe = ({ identity, record }: Received) => ({ eventId: identity.eventId, ...traceOf(record) })

/** Returns the meaningful error: the broken rule, or else the cause inside drizzle's error. */
function findReason(error: unknown): Error {
  let reason = error
  while (reason instanceof Error && !(reason instanceof AppError) && reason.cause instanceof Error)
    reason = reason.cause
  return reason instanceof Error ? reason : new Error(String(reason))
}
