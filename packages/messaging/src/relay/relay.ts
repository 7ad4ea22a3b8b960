import { setImmediate } from 'node:timers/promises'
import {
  AppError,
  assertOwnSessions,
  createOutageLog,
  createWaiter,
  failSpan,
  inSpans,
  isTracing,
  type Logger,
  type TracedItem,
  traceIdOf,
} from '@coursewire/service-kit'
import { SpanKind } from '@opentelemetry/api'
import { backoffMs } from '../backoff.ts'
import * as metrics from '../metrics.ts'
import { decodeHeaders } from '../outbox/outbox.ts'
import { toTracedMessage } from '../traces.ts'
import type { Channel, SendOutcome, StoredRow } from './channel.ts'
import { findLogLines, type LogLines } from './log-lines.ts'
import { createOutboxReader, MAX_ROW_BYTES, type OutboxReader } from './outbox-reader.ts'

export interface Relay {
  /** Announces committed rows. Without it they are found within two seconds. */
  wake(): void
  /** False if the loop has not completed a cycle for 30 s, or has been sending for 150 s. */
  isAlive(): boolean
  /** Finishes the batch in flight, then stops. No event is lost if you do not wait for it. */
  close(): Promise<void>
}

const fieldsOf = ({ log, traceId }: StoredRow) => (traceId === undefined ? log?.fields : { ...log?.fields, traceId })

type Settled = Pick<SendOutcome, 'sent' | 'parked'>
const nothing: Settled = { sent: [], parked: [] }

/** How long a leader waits for new rows to be announced. Postgres ends a session that is idle for much longer. */
const IDLE_MS = 2_000
/** How often a follower asks whether the leader is gone, and tells it of new rows. */
const FOLLOW_MS = 500
const LIVENESS_MS = 30_000
/** Longer than the client's retries can take while a destination does not answer. */
const SEND_LIVENESS_MS = 150_000

/**
 * Moves outbox rows to their destination: at least once, in id order, with the same bytes each time. Of all processes that run a relay for
 * the channel on this database, one is the leader and the others wait. Never throws; every failure is logged and tried again.
 * @param databaseUrl for a role that may read and delete outbox rows; the relay keeps its own connection
 */
export function startRelay(options: {
  databaseUrl: string
  channel: Channel
  logger: Logger
  /** The log lines of rows by the type of their event. The default is `Event published`. */
  logLines?: Readonly<Record<string, LogLines>> | undefined
  /** Called if a pooler denies the relay its own session, whose lock makes it the leader. End the process. */
  onFatal?: (error: Error) => void
}): Relay {
  const { channel, logLines = {} } = options
  const logger = options.logger.child({ channel: channel.name })
  const labels = { channel: channel.name }
  const system = channel.name === 'sns' ? 'aws.sns' : 'kafka'
  const waiter = createWaiter()
  // Separate, because new rows must not cut a back-off short, or the wait of a follower.
  const backOff = createWaiter()
  const failedIds = new Set<string>()
  const interruptions = createOutageLog(logger, {
    failing: 'Relay interrupted, starting again',
    works: 'Relay works again',
  })
  for (const counter of [metrics.outboxParked, metrics.outboxSendFailures]) counter.add(0, labels)
  let lastCycleAt = performance.now()
  /** Distinguishes a leader that had begun to work from one that never gets there. */
  let sentBatches = 0
  let hasOwnSession = false
  let isSending = false
  /** Whether rows were announced since a follower last told the leader. */
  let isNews = false
  let isClosing = false

  async function lead(): Promise<void> {
    if (!hasOwnSession) await assertOwnSessions(options.databaseUrl)
    hasOwnSession = true
    const reader = await createOutboxReader(options.databaseUrl, channel, logger, () => waiter.wake())
    const tryToLead = () => {
      const tells = isNews
      isNews = false
      return reader.tryToLead(tells)
    }
    try {
      while (!isClosing && !(await tryToLead())) {
        lastCycleAt = performance.now()
        metrics.relayLeader.record(0, labels)
        // New rows are the leader's business. If each made a follower ask, a commit would cost as much as there are instances.
        await backOff.wait(FOLLOW_MS)
      }
      if (isClosing) return
      metrics.relayLeader.record(1, labels)
      await relayBatches(reader)
    } finally {
      metrics.relayLeader.record(0, labels)
      await reader.close()
    }
  }

  /**
   * Sends one batch at a time, which keeps the order. While a full batch is on its way, the previous one is deleted and the next one is
   * read. If any part of the send fails, what was read ahead is dropped, because the failed rows come first.
   */
  async function relayBatches(reader: OutboxReader): Promise<void> {
    let settled: Settled = nothing
    let ahead: StoredRow[] = []
    let unreported: SendOutcome[] = []
    let failures = 0
    while (true) {
      let rows = ahead
      if (isClosing || rows.length === 0) {
        for (const outcome of unreported.splice(0)) report(outcome)
        if (settled !== nothing && channel.gatherMs > 0) await backOff.wait(channel.gatherMs)
        rows = await reader.deleteAndSelect(settled, isClosing ? null : channel.topicsSetAside())
        interruptions.worked()
        settled = nothing
      }
      lastCycleAt = performance.now()
      if (isClosing) return
      if (rows.length === 0) {
        await waiter.wait(IDLE_MS)
        continue
      }

      const batch = rows
      isSending = true
      const [sending, reading] = await reader
        .keepAliveDuring(() => {
          const isBacklog = batch.length === channel.batch.rows || settled !== nothing
          return Promise.allSettled([
            sendReadable(batch),
            isBacklog ? reader.deleteAndSelect(settled, channel.topicsSetAside(), batch) : [],
            // Logs after the request has left, while the destination works.
            setImmediate().then(() => unreported.splice(0).forEach(report)),
          ])
        })
        .finally(() => {
          isSending = false
        })
      if (sending.status === 'rejected') throw sending.reason
      if (reading.status === 'rejected') throw reading.reason
      const outcome = sending.value
      if (outcome.sent.length > 0) sentBatches += 1
      settled = outcome
      unreported = [outcome]
      ahead = outcome.failed.length === 0 ? reading.value : []
      failures = outcome.isDown ? failures + 1 : 0
      if (outcome.isDown) {
        // Deletes accepted rows before the pause, because a stop during the pause would repeat them.
        unreported.splice(0).forEach(report)
        await reader.deleteAndSelect(settled, null)
        settled = nothing
        await backOff.wait(backoffMs(failures - 1, 100, 5_000))
      }
    }
  }

  /** Sends the rows, and parks those that were too large to be read. */
  async function sendReadable(batch: StoredRow[]): Promise<SendOutcome> {
    const tooLarge = batch.filter((row) => row.isTooLarge)
    if (tooLarge.length === 0) return sendTraced(batch)
    const outcome = await sendTraced(batch.filter((row) => !row.isTooLarge))
    const reason = `larger than ${channel.batch.rowBytes ?? MAX_ROW_BYTES} bytes`
    outcome.parked.push(...tooLarge.map((row) => ({ row, reason })))
    return outcome
  }

  /** Sends the rows, with a span for each that is part of a trace. Those spans are not in the headers: a row leaves with the same bytes each time. */
  function sendTraced(batch: StoredRow[]): Promise<SendOutcome> {
    if (!isTracing) return channel.send(batch)
    const traced: { row: StoredRow; message: TracedItem }[] = []
    for (const row of batch) {
      const message = toTracedMessage('send', { system, topic: row.topic, headers: decodeHeaders(row.headers) })
      if (message.parent === null) continue
      row.traceId = traceIdOf(message.parent)
      traced.push({ row, message })
    }
    const toItems = () => traced.map(({ message }) => message)
    return inSpans('send batch', SpanKind.PRODUCER, toItems, async (spans) => {
      const outcome = await channel.send(batch)
      const sent = new Set(outcome.sent)
      const errors = new Map(outcome.failed.map(({ row, error }) => [row, error]))
      for (const [index, { row }] of traced.entries()) {
        const span = spans[index]
        if (span && !sent.has(row)) failSpan(span, errors.get(row) ?? { name: 'unsent' })
      }
      return outcome
    })
  }

  function report({ sent, parked, failed }: SendOutcome): void {
    const now = performance.now()
    for (const row of sent) {
      failedIds.delete(row.id)
      metrics.outboxInsertToAck.record(Math.max(0, now - row.writtenAt) / 1000, labels)
      logger.info(fieldsOf(row), findLogLines(row.log, logLines).published)
    }
    if (sent.length > 0) metrics.relayLastSuccess.record(Date.now() / 1000, labels)
    for (const { row, reason } of parked) {
      failedIds.delete(row.id)
      metrics.outboxParked.add(1, labels)
      logger.error({ ...fieldsOf(row), outboxId: row.id, topic: row.topic, reason }, 'Outbox row parked')
    }
    metrics.outboxSendFailures.add(failed.length, labels)
    for (const { row, error } of failed) {
      // Once per row, because a destination that is down for an hour must not fill the disk with log lines.
      if (failedIds.has(row.id)) continue
      failedIds.add(row.id)
      logger.warn({ ...fieldsOf(row), err: error }, findLogLines(row.log, logLines).failed)
    }
  }

  async function supervise(): Promise<void> {
    let failures = 0
    while (!isClosing) {
      const sentBefore = sentBatches
      try {
        await lead()
      } catch (error) {
        interruptions.failed(error)
        if (error instanceof AppError && error.code === 'database.pooled') options.onFatal?.(error)
      }
      lastCycleAt = performance.now()
      failures = sentBatches > sentBefore ? 1 : failures + 1
      if (!isClosing) await backOff.wait(backoffMs(failures - 1, 100, 5_000))
    }
  }

  const running = supervise()
  return {
    wake() {
      isNews = true
      waiter.wake()
    },
    isAlive: () => performance.now() - lastCycleAt < (isSending ? SEND_LIVENESS_MS : LIVENESS_MS),
    async close() {
      isClosing = true
      waiter.wake()
      backOff.wake()
      await running
      await channel.close()
    },
  }
}
