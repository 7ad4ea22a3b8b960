import { DEAD_LETTER } from '../dead-letters/dead-letter.ts'
import type { OutboxLog } from '../outbox/outbox.ts'

/** What the log says of a row when its destination has taken it, and at its first refusal. */
export interface LogLines {
  published: string
  failed: string
}

/** As it stands in the outbox. Rows of earlier versions carry their lines with them, and no type. */
export type StoredLog = Partial<OutboxLog & LogLines>

const ofRows: LogLines = { published: 'Outbox row published', failed: 'Outbox row publish failed' }
const ofEvents: LogLines = { published: 'Event published', failed: 'Event publish failed' }
const ofDeadLetters: LogLines = { published: 'Dead letter published', failed: 'Dead letter publish failed' }

/**
 * The lines of a row: those that its app gives for its type, else those of any event.
 *
 * During a rolling deployment both versions write and relay. This one takes the lines from rows of the one before; that one finds
 * none in rows of this one, sends them all the same, and says `Outbox row published` with their fields.
 */
export function findLogLines(log: StoredLog | null, byType: Readonly<Record<string, LogLines>>): LogLines {
  if (!log) return ofRows
  const { type = '', published, failed } = log
  if (published && failed) return { published, failed }
  return byType[type] ?? (type === DEAD_LETTER ? ofDeadLetters : ofEvents)
}
