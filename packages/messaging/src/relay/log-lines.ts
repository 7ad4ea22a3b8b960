import { DEAD_LETTER } from '../dead-letters/dead-letter.ts'
import type { OutboxLog } from '../outbox/outbox.ts'

/** The log messages of a row: when its destination has accepted it, and at its first refusal. */
export interface LogLines {
  published: string
  failed: string
}

/** The form in the outbox. Rows of earlier versions have their log lines instead of a type. */
export type StoredLog = Partial<OutboxLog & LogLines>

const ofRows: LogLines = { published: 'Outbox row published', failed: 'Outbox row publish failed' }
const ofEvents: LogLines = { published: 'Event published', failed: 'Event publish failed' }
const ofDeadLetters: LogLines = { published: 'Dead letter published', failed: 'Dead letter publish failed' }

/**
 * Returns the log lines of a row: those of its app for its type, or the default.
 *
 * During a rolling deployment both versions write and relay. This version uses the lines in rows of the previous version. The previous
 * version finds no lines in our rows, sends them anyway, and logs `Outbox row published` with their fields.
 */
export function findLogLines(log: StoredLog | null, byType: Readonly<Record<string, LogLines>>): LogLines {
  if (!log) return ofRows
  const { type = '', published, failed } = log
  if (published && failed) return { published, failed }
  return byType[type] ?? (type === DEAD_LETTER ? ofDeadLetters : ofEvents)
}
