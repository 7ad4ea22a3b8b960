import { setTimeout as sleep } from 'node:timers/promises'
import { CompressionTypes, type Message, Partitioners } from 'kafkajs'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetterConnection } from './dead-letters.ts'
import { findSendFault, toKafkaHeaders } from './kafka-channel.ts'
import { findRanges } from './read-ranges.ts'
import { REDRIVE_HEADER } from './record.ts'

export interface RefusedReplay {
  letter: DeadLetter
  reason: string
}

/** Parts the letters that can be replayed from those that never can, and says why. */
export async function planReplay(
  { admin }: DeadLetterConnection,
  letters: readonly DeadLetter[],
): Promise<{ ready: DeadLetter[]; refused: RefusedReplay[] }> {
  const topics = [...new Set(letters.map(({ topic }) => topic))]
  const places = new Set((await findRanges(admin, topics)).map(({ topic, partition }) => `${topic}/${partition}`))
  const ready: DeadLetter[] = []
  const refused: RefusedReplay[] = []
  for (const letter of letters) {
    const reason = whyNot(letter, places)
    if (reason) refused.push({ letter, reason })
    else ready.push(letter)
  }
  return { ready, refused }
}

function whyNot(letter: DeadLetter, places: ReadonlySet<string>): string | null {
  if (letter.code === 'event.mismatch') return 'a mismatch is never replayed: its id is taken by another content'
  if (letter.batch) {
    const { topic, partition, offset, batch } = letter
    const place = `${topic}/${partition} from ${batch.firstOffset} to ${offset}`
    return `a batch that cannot be read is never replayed: its records are on ${place} until they expire there, for their producer to send again in smaller batches`
  }
  if (letter.value === null) return 'it has no content, and would only fail again'
  if (!places.has(`${letter.topic}/${letter.partition}`)) {
    return `${letter.topic} has no partition ${letter.partition} any more`
  }
  return null
}

/**
 * Puts records back where they stood, with key, value and headers as they were: one at a time, in the order given. The
 * consumer gives each another chance, unless its event was done meanwhile. Resolves to those their topic refused. Throws,
 * and says how far it came, when Kafka goes away or the connection's signal is aborted.
 */
export async function replayDeadLetters(
  { kafka, signal }: DeadLetterConnection,
  letters: readonly DeadLetter[],
  options: { perSecond?: number | undefined; onSent?: (sent: number) => void } = {},
): Promise<RefusedReplay[]> {
  const { perSecond = Number.POSITIVE_INFINITY, onSent } = options
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  const refused: RefusedReplay[] = []
  let sent = 0
  try {
    await producer.connect()
    const startedAt = performance.now()
    for (const [index, letter] of letters.entries()) {
      const aheadMs = (index * 1_000) / perSecond - (performance.now() - startedAt)
      if (aheadMs > 0) await sleep(aheadMs, undefined, { signal })
      signal?.throwIfAborted()
      try {
        // As it may have fitted its topic only because it was compressed.
        const compression = CompressionTypes.GZIP
        await producer.send({ topic: letter.topic, acks: -1, compression, messages: [toMessage(letter)] })
        sent += 1
        onSent?.(sent)
      } catch (error) {
        if (findSendFault(error) === 'cluster') throw error
        refused.push({ letter, reason: describe(error) })
      }
    }
  } catch (error) {
    const reason = signal?.aborted ? 'you stopped it' : describe(error)
    throw new Error(`Stopped after ${sent} of ${letters.length}: ${reason}. The letters are all still there`)
  } finally {
    await producer.disconnect()
  }
  return refused
}

/** To the partition where it stood, whoever chose that. Not with its old timestamp, by which it might expire at once. */
const toMessage = ({ key, value, partition, headers, origin }: DeadLetter): Message => ({
  key,
  value,
  partition,
  headers: toKafkaHeaders([...headers, [REDRIVE_HEADER, Buffer.from(origin)]]),
})

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error))
