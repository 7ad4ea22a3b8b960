import type { ChannelName, OutboxRow } from '../outbox/outbox.ts'
import type { StoredLog } from './log-lines.ts'

export interface StoredRow extends Omit<OutboxRow, 'channel' | 'log'> {
  /** A bigint, as text. */
  id: string
  log: StoredLog | null
  /** Whether it exceeds the channel's limit. Then only its id, topic and age were read. */
  isTooLarge?: boolean
  /** When it was written, in terms of this process's `performance.now()`. Its age comes from the database's clock. */
  writtenAt: number
  /** The id of the trace that its span is part of. */
  traceId?: string
}

/** The outcome of a batch. A row that is not named, or that failed, is sent again. */
export interface SendOutcome {
  sent: StoredRow[]
  /** Rejected for good because of the row itself. */
  parked: { row: StoredRow; reason: string }[]
  failed: { row: StoredRow; error: unknown }[]
  /** Whether the destination as a whole refuses, so that the relay backs off. */
  isDown: boolean
}

/** A destination of outbox rows. `send` never throws. It is called with rows in id order, and not again before it has ended. */
export interface Channel {
  name: ChannelName
  /** How much is read at a time. A row larger than `bytes` is sent alone; one above `rowBytes` (16 MiB) is parked unread. */
  batch: { rows: number; bytes: number; rowBytes?: number }
  /** How long rows are collected after a batch that was not full, if a request costs more than its rows. */
  gatherMs: number
  send(rows: StoredRow[]): Promise<SendOutcome>
  /** Topics to leave out for now, because only they are refused. */
  topicsSetAside(): string[]
  close(): Promise<void>
}
