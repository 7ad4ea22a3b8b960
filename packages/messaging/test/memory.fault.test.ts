import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { uniqueName, waitFor } from '@coursewire/testing'
import { type Message, Partitioners } from 'kafkajs'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createKafka } from '../src/kafkajs/client.ts'
import {
  buildNote,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  readEffects,
  type Store,
  whenCommitted,
} from './helpers.ts'
import { connectAdmin, groupByKey } from './load.ts'

const MB = 1024 * 1024
const long = { timeoutMs: 300_000 }
const ascending = (a: number, b: number) => a - b

/** Starts a consumer in its own process, and a lock that blocks its notes with the key `blocked` until it is released. */
async function blockConsumer(store: Store, note: Note) {
  const gatekeeper = await connectAdmin(store)
  await gatekeeper.query('CREATE TABLE gate (); INSERT INTO gate DEFAULT VALUES; GRANT ALL ON gate TO PUBLIC')
  await gatekeeper.query('BEGIN; SELECT FROM gate FOR UPDATE')

  const name = uniqueName('consumer')
  const entry = fileURLToPath(new URL('blocked-consumer.ts', import.meta.url))
  const child = fork(entry, [store.databaseUrl, inject('kafka').brokers.join(','), note.topic, name], {
    execArgv: ['--import', 'tsx'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    name,
    release: () => gatekeeper.query('COMMIT'),
    async measureBytes(): Promise<number> {
      const answer = once(child, 'message')
      child.send('measure')
      const [bytes] = await answer
      return bytes
    },
  }
}

async function produceTo(
  partition: number,
  note: Note,
  count: number,
  choose: (n: number) => [id: string, text: string],
) {
  const producer = createKafka(kafkaSettings()).producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const [template] = [buildNote(note, 'key', 0)]
  const build = (n: number): Message => {
    const [key, text] = choose(n)
    const event = { ...template, id: randomUUID(), payload: { note_id: key, n, text } }
    // Producers send headers too, and their bytes are also views of the whole fetch.
    return { partition, key, value: JSON.stringify(event), headers: { ce_type: note.type } }
  }
  for (let from = 0; from < count; ) {
    const size = Math.min(count - from, Math.max(1, Math.floor(500_000 / (400 + choose(from + 1)[1].length))))
    await producer.send({
      topic: note.topic,
      messages: Array.from({ length: size }, (_, index) => build(from + index)),
    })
    from += size
  }
  await producer.disconnect()
}

const countEffects = async (store: Store, noteIds: string): Promise<number> => {
  const { rows } = await store.pool.query('SELECT count(*)::int AS count FROM effects WHERE note_id LIKE $1', [noteIds])
  return rows[0].count
}

describe('a lane that is blocked', () => {
  it('with 200,000 records behind it holds a bounded part of them, does not delay others, and continues when released', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 2 })])
    await produceTo(0, note, 200_000, (n) => [n === 0 ? 'blocked' : `behind-${n % 50}`, 'x'.repeat(200)])
    await produceTo(1, note, 20_000, (n) => [`beside-${n % 50}`, ''])

    const consumer = await blockConsumer(store, note)
    await waitFor(async () => (await countEffects(store, 'beside-%')) === 20_000, long)
    expect(await consumer.measureBytes()).toBeLessThan(70 * MB)
    expect(await countEffects(store, 'behind-%')).toBeLessThan(50_000)
    expect(await countEffects(store, 'blocked')).toBe(0)

    await consumer.release()
    await whenCommitted(consumer.name, note, 220_000, long)
    const effects = await readEffects(store)
    expect(effects).toHaveLength(220_000)
    for (const numbers of Object.values(groupByKey(effects)))
      expect(numbers).toEqual([...new Set(numbers)].toSorted(ascending))
  })

  it('holds its own records in memory, but not those that were fetched with them', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    // The two keys use different lanes.
    await produceTo(0, note, 10_000, (n) => (n % 20 === 0 ? ['blocked', ''] : ['large', 'x'.repeat(20_000)]))

    const consumer = await blockConsumer(store, note)
    await waitFor(async () => (await countEffects(store, 'large')) === 9_500, long)
    expect(await consumer.measureBytes()).toBeLessThan(120 * MB)

    await consumer.release()
    await whenCommitted(consumer.name, note, 10_000, long)
    expect(await countEffects(store, '%')).toBe(10_000)
  })
})
