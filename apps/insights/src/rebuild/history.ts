import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { KafkaSource } from '@coursewire/messaging'
import { z } from 'zod'

const AT_ONCE = 500

/** A line of what audit-log exports. */
const line = z.object({
  id: z.string().regex(/^\d+$/).transform(BigInt),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  appendedAt: z.string().transform((moment) => Date.parse(moment)),
  /** Null for a dead letter. */
  event: z.record(z.string(), z.unknown()).nullable(),
})

/** Reads the events in an export of the audit log, in its order. Throws if a line is none, or does not come after the one before. */
export async function* readHistory(file: string): AsyncGenerator<KafkaSource[]> {
  let records: KafkaSource[] = []
  let number = 0
  let last = -1n
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number += 1
    const read = readLine(text)
    if (!read) throw new Error(`Line ${number} of ${file} is no record of the audit log`)
    // Otherwise it could come twice.
    if (read.id <= last) throw new Error(`Line ${number} of ${file} is not in the order of the audit log`)
    last = read.id
    if (read.event === null) continue
    records.push(toSource(read, read.event))
    if (records.length < AT_ONCE) continue
    yield records
    records = []
  }
  yield records
}

function readLine(text: string): z.output<typeof line> | undefined {
  try {
    return line.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function toSource({ topic, partition, offset, appendedAt }: z.output<typeof line>, event: object): KafkaSource {
  const value = Buffer.from(JSON.stringify(event))
  return {
    topic,
    life: '',
    partition,
    offset,
    timestamp: String(appendedAt),
    key: null,
    value,
    headers: [],
    isRedriven: false,
    sizeBytes: value.byteLength,
    unreadBatch: null,
  }
}
