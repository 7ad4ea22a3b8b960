import type { ChannelName, OutboxRow } from '../outbox/outbox.ts'
import type { StoredLog } from './log-lines.ts'

export interface StoredRow extends Omit<OutboxRow, 'channel' | 'log'> {
  /** A bigint, as text. */
  id: string
  log: StoredLog | null
  /** Whether it is above the channel's bound; then only its id, topic and age were read. */
  isTooLarge?: boolean
  /** When it was written: its age by the database's clock, put on `performance.now()` of this process. */
  writtenAt: number
}

/** What became of a batch. A row named nowhere is sent again, as is one that failed. */
export interface SendOutcome {
  sent: StoredRow[]
  /** Refused for good, through the row's own fault. */
  parked: { row: StoredRow; reason: string }[]
  failed: { row: StoredRow; error: unknown }[]
  /** True when the destination as a whole refuses, so that the relay backs off. */
  isDown: boolean
}

/** A destination of outbox rows. `send` never throws; it is called with rows in id order, and not again before it ended. */
export interface Channel {
  name: ChannelName
  /** How much is read at a time. One row larger than `bytes` still goes, alone; one above `rowBytes` (16 MiB) is parked unread. */
  batch: { rows: number; bytes: number; rowBytes?: number }
  /** How long rows gather behind a batch that was not full, where a request costs more than its rows. */
  gatherMs: number
  send(rows: StoredRow[]): Promise<SendOutcome>
  /** Topics to leave out for now, because they alone are refused. */
  topicsSetAside(): string[]
  close(): Promise<void>
}
