import { setTimeout as sleep } from 'node:timers/promises'
import { findSendFault } from '../kafkajs/kafka-channel.ts'
import { openBatch } from '../kafkajs/open-batch.ts'
import { findRanges } from '../kafkajs/read-ranges.ts'
import { createReplayProducer } from '../kafkajs/replay-producer.ts'
import { type Headers, REDRIVE_HEADER } from '../source.ts'
import type { DeadLetter } from './dead-letter.ts'
import { type DeadLetterConnection, MAX_SELECTED_BYTES } from './dead-letters.ts'

export interface RefusedReplay {
  letter: DeadLetter
  reason: string
}

/** Separates what can be replayed from what cannot, with the reason. A dead letter that is a whole batch stands for each of its records. */
export async function planReplay(
  { admin }: DeadLetterConnection,
  letters: readonly DeadLetter[],
): Promise<{ ready: DeadLetter[]; refused: RefusedReplay[] }> {
  const topics = [...new Set(letters.map(({ topic }) => topic))]
  const places = new Set((await findRanges(admin, topics)).map(({ topic, partition }) => `${topic}/${partition}`))
  const ready: DeadLetter[] = []
  const refused: RefusedReplay[] = []
  let openedBytes = 0
  for (const letter of letters) {
    try {
      const opened = letter.batch ? await openBatch(letter) : [letter]
      const bytes = letter.batch ? opened.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0) : 0
      if (openedBytes + bytes > MAX_SELECTED_BYTES)
        throw new Error('together with those before it, it is too large: replay fewer at a time')
      openedBytes += bytes
      for (const one of opened) {
        const reason = whyNot(one, places)
        if (reason) refused.push({ letter: one, reason })
        else ready.push(one)
      }
    } catch (error) {
      refused.push({ letter, reason: `${describe(error)}. ${whereItLies(letter)}` })
    }
  }
  return { ready, refused }
}

const whereItLies = ({ topic, partition, offset, batch }: DeadLetter) =>
  `Its records are on ${topic}/${partition} from ${batch?.firstOffset} to ${offset} until they expire there: ask their producer for smaller batches`

function whyNot(letter: DeadLetter, places: ReadonlySet<string>): string | null {
  if (letter.code === 'event.mismatch') return 'a mismatch is never replayed: its id is taken by another content'
  if (letter.value === null) return 'it has no content, and would only fail again'
  if (!places.has(`${letter.topic}/${letter.partition}`)) {
    return `${letter.topic} has no partition ${letter.partition} any more`
  }
  return null
}

/**
 * Sends records back to their original partitions with their original key, value and headers, one at a time and in the given order. The
 * consumer handles each again, unless its event was handled meanwhile. Resolves to the records that their topic refused. If Kafka goes
 * down or the connection's signal is aborted, throws an error that says how many were replayed.
 */
export async function replayDeadLetters(
  { kafka, signal }: DeadLetterConnection,
  letters: readonly DeadLetter[],
  options: { perSecond?: number | undefined; onSent?: (sent: number) => void } = {},
): Promise<RefusedReplay[]> {
  const { perSecond = Number.POSITIVE_INFINITY, onSent } = options
  const producer = createReplayProducer(kafka)
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
        const mark: Headers[number] = [REDRIVE_HEADER, Buffer.from(letter.origin)]
        await producer.send({ ...letter, headers: [...letter.headers, mark] })
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

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error))
