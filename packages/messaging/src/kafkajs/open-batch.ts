import Decoder from 'kafkajs/src/protocol/decoder.js'
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js'
import type { DeadLetter } from '../dead-letters/dead-letter.ts'
import { decompress } from './codecs.ts'

/**
 * The records of a batch that became one dead letter, each as a letter of its own: read under the limits of this process,
 * which for a person's command are wider than a service's. Throws where they are still too narrow, or it cannot be read.
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
