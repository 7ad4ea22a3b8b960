import Decoder from 'kafkajs/src/protocol/decoder.js'
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js'
import type { DeadLetter } from '../dead-letters/dead-letter.ts'
import { decompress } from './codecs.ts'

/**
 * Opens a batch that became one dead letter, and returns each record as its own dead letter. Uses the limits of this process, which are
 * wider for an operator's command than for a service. Throws if the batch exceeds them too or cannot be read.
 */
export async function openBatch({ batch, ...letter }: DeadLetter): Promise<DeadLetter[]> {
  if (!batch || !letter.value) throw new Error('it is no batch')
  const records = new Decoder(await decompress(batch.codec, letter.value))
  const context = { firstOffset: String(batch.firstOffset), firstTimestamp: '0', entries: batch.records }
  return Array.from({ length: batch.records }, () => {
    const { offset, key, value, headerList } = decodeRecord(new Decoder(records.readVarIntBytes()), context)
    const origin = `${letter.topic}/${letter.partition}/${offset}`
    const headers = headerList.map((header): [string, Buffer | null] => [header.key, header.value])
    return { ...letter, batch: null, offset: Number(offset), origin, eventId: origin, key, value, headers }
  })
}
