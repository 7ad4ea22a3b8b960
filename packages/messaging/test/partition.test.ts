import type { Batch, KafkaMessage } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createCircuit } from '../src/consumer/circuit.ts'
import { sortHandlers } from '../src/consumer/handlers.ts'
import { createPartition } from '../src/consumer/partition.ts'
import { toFetchedBatch } from '../src/kafkajs/source.ts'
import {
  buildNote,
  createNoteTopic,
  createStore,
  createTestLogger,
  type Note,
  readEffects,
  recordNotes,
  toMessage,
} from './helpers.ts'

interface Content {
  key: string
  text?: string
  headers?: { large: Buffer }
}

/** Builds what kafkajs delivers: records from `from` on, in a batch that ends at `lastOffset`. */
function buildBatch(note: Note, from: number, contents: Content[], lastOffset = from + contents.length - 1) {
  const messages = contents.map(({ key, text, headers = {} }, index) => {
    const { value } = toMessage(note, buildNote(note, key, from + index, text))
    const headerList = Object.entries(headers).map(([name, bytes]) => ({ key: name, value: bytes }))
    return {
      key: Buffer.from(key),
      value,
      headerList,
      timestamp: '0',
      offset: String(from + index),
    } as object as KafkaMessage
  })
  const batch = { topic: note.topic, partition: 0, messages, highWatermark: String(lastOffset + 1) }
  return toFetchedBatch({ ...batch, lastOffset: () => String(lastOffset) } as Batch)
}

const many = (count: number, text?: string) =>
  Array.from({ length: count }, (_, n) => ({ key: `key-${n % 20}`, ...(text !== undefined && { text }) }))

/** Creates a partition whose lanes all wait for a dependency until it is `back`. */
async function createWaitingPartition() {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const { logger } = createTestLogger()
  let isBack = false
  const probe = async () => {
    if (!isBack) throw new Error('still down')
  }
  const circuit = createCircuit({ probe, onChange: () => undefined, logger })
  void circuit.trip(new Error('down'))
  const fullness: boolean[] = []
  const partition = createPartition(
    {
      db: store.db,
      circuit,
      logger,
      consumer: 'consumer',
      serviceVersion: '1',
      handlers: sortHandlers([recordNotes(note)]),
      monotonicMs: () => performance.now(),
      onCommitted: () => undefined,
      onProgress: () => fullness.push(partition.isFull),
    },
    { topic: note.topic, life: '', partition: 0, start: 0, end: 0, saved: 0 },
  )
  return {
    store,
    note,
    partition,
    fullness,
    finish: async () => {
      isBack = true
      await partition.whenIdle()
    },
  }
}

describe('a partition', () => {
  it('is full at 5,000 records in hand, and no longer full below half of them', async () => {
    const { store, note, partition, fullness, finish } = await createWaitingPartition()
    partition.accept(buildBatch(note, 0, many(5_000)))
    expect(partition.isFull).toBe(false)

    partition.accept(buildBatch(note, 5_000, many(1)))
    expect(partition.isFull).toBe(true)
    await finish()

    expect(partition).toMatchObject({ isFull: false, watermark: 5_001, position: 5_001 })
    expect(await readEffects(store)).toHaveLength(5_001)
    // After twenty-six batches it is full until half of them are done, and never again.
    expect(fullness.indexOf(false)).toBeGreaterThanOrEqual(12)
    expect(fullness.lastIndexOf(true)).toBeLessThan(fullness.indexOf(false))
  })

  it('is full at 8 MiB in hand, headers included', async () => {
    const { note, partition, finish } = await createWaitingPartition()
    partition.accept(buildBatch(note, 0, many(40, 'x'.repeat(200_000))))
    expect(partition.isFull).toBe(false)

    partition.accept(buildBatch(note, 40, [{ key: 'a', headers: { large: Buffer.alloc(400_000) } }]))
    expect(partition.isFull).toBe(true)
    await finish()

    expect(partition.isFull).toBe(false)
  })

  it('is full when it has read 50,000 offsets beyond the watermark, however little it holds', async () => {
    const { note, partition, finish } = await createWaitingPartition()
    partition.accept(buildBatch(note, 0, many(1)))
    partition.accept(buildBatch(note, 1, [], 49_999))
    expect(partition.isFull).toBe(false)

    partition.accept(buildBatch(note, 50_000, [], 50_000))
    expect(partition.isFull).toBe(true)
    await finish()

    expect(partition).toMatchObject({ isFull: false, watermark: 50_001 })
  })
})
