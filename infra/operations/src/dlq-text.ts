import { isUtf8 } from 'node:buffer'
import { type DeadLetter, type DeadLetterSummary, type RefusedReplay, toMoment } from '@coursewire/messaging'
import { formatRecord, formatTable, toPrintable } from '@coursewire/service-kit'

const MAX_HEX_BYTES = 1_024

/** Renders a whole dead letter for people. */
export function renderDeadLetter(letter: DeadLetter): string {
  const {
    key,
    value,
    headers,
    stack,
    topic,
    partition,
    offset,
    origin,
    originalTimestamp,
    wasReplayed,
    batch,
    ...rest
  } = letter
  const fields = {
    ...rest,
    ...(batch
      ? {
          batch: `${batch.records} records, ${batch.codec}, ${value?.byteLength ?? 0} bytes`,
          records: `${topic}/${partition}/${batch.firstOffset} to ${offset}`,
          'what to do':
            'Replay it: its records are sent one by one, if they have no more than 64 MiB together. Or ask their producer to send them again in smaller batches; until they expire, any client can read them on their topic.',
        }
      : { record: `${topic}/${partition}/${offset}` }),
    written: originalTimestamp && toMoment(originalTimestamp),
    'failed first as': wasReplayed ? origin : null,
    key: key && renderBytes(key),
  }
  const parts: [title: string, text: string][] = [
    ['headers', headers.map(([name, bytes]) => `${toPrintable(name)}: ${bytes ? renderBytes(bytes) : '–'}`).join('\n')],
    ['stack', toPrintable(stack)],
    ['value', value ? renderValue(value) : ''],
  ]
  return [
    formatRecord(fields),
    ...parts.map(([title, text]) => `${title}\n${(text || '–').replace(/^/gm, '  ')}`),
  ].join('\n\n')
}

/** Renders a whole dead letter for machines, with bytes as base64. */
export function toJson({ key, value, headers, ...rest }: DeadLetter) {
  const encode = (bytes: Buffer | null) => bytes?.toString('base64') ?? null
  return {
    ...rest,
    key: encode(key),
    value: encode(value),
    headers: headers.map(([name, bytes]) => [name, encode(bytes)]),
  }
}

function renderValue(bytes: Buffer): string {
  try {
    return toPrintable(JSON.stringify(JSON.parse(bytes.toString()), null, 2))
  } catch {
    return renderBytes(bytes)
  }
}

function renderBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return toPrintable(bytes.toString())
  const hidden = bytes.byteLength - MAX_HEX_BYTES
  const hex = `hex ${bytes.toString('hex', 0, MAX_HEX_BYTES)}`
  return hidden > 0 ? `${hex} and ${hidden} more bytes: --json has them all` : hex
}

const place = ({ topic, partition, offset, batch }: DeadLetterSummary) =>
  `${topic}/${partition}/${batch ? `${batch.firstOffset}–${offset}` : offset}`

export function renderList(letters: DeadLetterSummary[], matching: number): string {
  const rows = letters.map((letter) => ({
    id: letter.id,
    failed: `${letter.failedAt.slice(0, 19).replace('T', ' ')}Z`,
    record: place(letter),
    type: letter.type,
    event: letter.eventId,
    code: letter.code,
    attempts: letter.attempts,
    replayed: letter.wasReplayed ? 'failed again' : '',
    message: letter.message.slice(0, 60),
  }))
  const hidden = matching - letters.length
  const rest = `\n\n${hidden} more match: older ones (--limit shows more), or earlier ones of a record that failed again`
  return formatTable(rows) + (hidden > 0 ? rest : '')
}

export const describeRefusal = ({ letter: { id }, reason }: RefusedReplay) => ({ id, reason })
export const renderRefused = (refused: RefusedReplay[]) =>
  [`${refused.length} refused:`, ...refused.map(({ letter, reason }) => `  ${letter.id}  ${reason}`)].join('\n')

export const planToJson = (ready: DeadLetter[], refused: RefusedReplay[]) =>
  JSON.stringify({ wouldSend: ready.map(({ id }) => id), refused: refused.map(describeRefusal) }, null, 2)

export function renderPlan(ready: DeadLetter[], refused: RefusedReplay[]): string {
  const rows = ready.map((letter) => ({
    id: letter.id,
    to: `${letter.topic}/${letter.partition}`,
    event: letter.eventId,
  }))
  const table = rows.length > 0 ? [formatTable(rows)] : []
  const rest = refused.length > 0 ? [renderRefused(refused)] : []
  return [...table, `Would send ${ready.length}; nothing was sent`, ...rest].join('\n\n')
}

export function renderSent(sent: number, total: number, startedAt: string): string {
  if (total === 0) return 'No dead letters match'
  const again = sent > 0 ? `. What fails again shows in: npm run dlq -- list --since ${startedAt}` : ''
  return `Sent ${sent} of ${total}${again}`
}
