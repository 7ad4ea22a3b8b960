import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ownPostgres, uniqueName, waitFor } from '@coursewire/servers'
import { createDatabase, createPool, migrate } from '@coursewire/service-kit'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { applyBatch } from '../src/consumer/apply-batch.ts'
import { sortHandlers } from '../src/consumer/handlers.ts'
import { decodeRecord } from '../src/consumer/record.ts'
import { createKafka } from '../src/kafkajs/client.ts'
import { messagingMigrations } from '../src/migrations.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  createTestLogger,
  type Effect,
  kafkaSettings,
  type Note,
  openStore,
  produce,
  readCommitted,
  readDeadLetters,
  readEffects,
  recordNotes,
  type Store,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'
import { groupByKey } from './load.ts'

const manyMessages = (note: Note, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => toMessage(note, buildNote(note, `key-${index % 50}`, from + index)))

/** Starts a consumer in its own process. */
function spawnConsumer(store: Store, note: Note, name: string) {
  const entry = fileURLToPath(new URL('consumer-process.ts', import.meta.url))
  const brokers = inject('kafka').brokers.join(',')
  const child = spawn(process.execPath, ['--import', 'tsx', entry, store.databaseUrl, brokers, note.topic, name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

function expectOncePerKeyInOrder(effects: Effect[], total: number): void {
  expect(effects).toHaveLength(total)
  expect(new Set(effects.map(({ event_id }) => event_id)).size).toBe(total)
  for (const numbers of Object.values(groupByKey(effects))) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
}

async function countMembers(group: string): Promise<number> {
  const admin = createKafka(kafkaSettings()).admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([group])
  await admin.disconnect()
  return groups[0]?.members.length ?? 0
}

describe('when the database stops while events are consumed', () => {
  it.each(['stop', 'kill'] as const)('nothing is lost, dead-lettered or applied twice (%s)', async (how) => {
    const server = await ownPostgres()
    onTestFinished(() => server.stop())
    await migrate(server.url, [messagingMigrations])
    const store = await openStore({ databaseUrl: server.url, migrateDatabaseUrl: server.url, adminUrl: server.url })
    const note = await createNoteTopic()
    await produce(note.topic, manyMessages(note, 3_000))

    const consumer = consume(store, note)
    await settled(store, 200)
    await server[how]()
    await waitFor(() => consumer.log.find('Consuming paused, a dependency is down').length > 0)
    // Finished work is committed within a moment.
    let committed = Number.NaN
    const isStill = async () => committed === (committed = await readCommitted(consumer.name, note.topic))
    await waitFor(isStill, { intervalMs: 500 })
    await produce(note.topic, manyMessages(note, 500, 3_000))
    expect(await readCommitted(consumer.name, note.topic)).toBe(committed)

    await server.restart()
    await whenCommitted(consumer.name, note, 3_500, { timeoutMs: 50_000 })
    const numbers = (await readEffects(store)).map(({ n }) => n)
    expect(numbers).toHaveLength(3_500)
    expect(new Set(numbers).size).toBe(3_500)
    expect(await readDeadLetters(store)).toEqual([])
    expect(consumer.isAlive()).toBe(true)
  })
})

describe('when members join and leave under load', () => {
  it('nothing is missing, out of order or applied twice', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 6 })])
    const name = uniqueName('consumer')
    const total = 6_000
    const first = consume(store, note, { name })
    const feeding = (async () => {
      for (let from = 0; from < total; from += 500) await produce(note.topic, manyMessages(note, 500, from))
    })()

    await settled(store, 300)
    const second = consume(store, note, { name })
    await waitFor(() => second.isInGroup())
    await settled(store, 2_000)
    await first.close()
    const third = consume(store, note, { name })
    await waitFor(() => third.isInGroup())
    await feeding

    await settled(store, total)
    await whenCommitted(name, note, total)
    expectOncePerKeyInOrder(await readEffects(store), total)
  })

  it('a member that is killed with -9 during its work loses nothing and applies nothing twice', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const name = uniqueName('consumer')
    await produce(note.topic, manyMessages(note, 1_000))

    const child = spawnConsumer(store, note, name)
    await settled(store, 50)
    child.kill('SIGKILL')
    await once(child, 'exit')

    const next = consume(store, note, { name })
    await settled(store, 1_000)
    await whenCommitted(name, note, 1_000)
    expect(await readEffects(store)).toHaveLength(1_000)
    expect(next.isInGroup()).toBe(true)
  })
})

describe('a member that is suspended in the middle of its transactions', () => {
  it('blocks its successor no longer than its sessions live, and applies nothing twice when it continues', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const name = uniqueName('consumer')
    const readStates = async () => {
      const { rows } = await store.pool.query<{ state: string }>(
        'SELECT state FROM pg_stat_activity WHERE application_name = $1',
        [name],
      )
      return rows.map(({ state }) => state)
    }
    await produce(note.topic, manyMessages(note, 1_000))

    const child = spawnConsumer(store, note, name)
    await settled(store, 50)
    await waitFor(async () => {
      child.kill('SIGSTOP')
      const states = await readStates()
      // Waits while the process is between two batches, or Postgres is still working for it.
      return states.every((state) => state !== 'active') && states.includes('idle in transaction')
        ? true
        : !child.kill('SIGCONT')
    })
    const done = (await readEffects(store)).length
    const next = consume(store, note, { name })
    await settled(store, 1_000)

    expect(done).toBeLessThan(1_000)
    expect(await readDeadLetters(store)).toEqual([])
    expect(next.log.find('Consuming paused, a dependency is down')).toEqual([])
    expect(await readStates()).not.toContain('idle in transaction')

    child.kill('SIGCONT')
    await waitFor(async () => (await countMembers(name)) === 2)
    await produce(note.topic, manyMessages(note, 500, 1_000))
    await whenCommitted(name, note, 1_500)
    expectOncePerKeyInOrder(await readEffects(store), 1_500)
  })
})

describe('a consuming process that gets SIGTERM', () => {
  it('ends by itself after it has finished and committed its running batches', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const name = uniqueName('consumer')
    await produce(note.topic, manyMessages(note, 2_000))

    const child = spawnConsumer(store, note, name)
    await settled(store, 50)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')

    expect(code).toBe(0)
    const done = (await readEffects(store)).length
    expect(done).toBeLessThan(2_000)
    // There is one partition. All finished work is committed, except records that overtook a lane; those come again as duplicates.
    const committed = await readCommitted(name, note.topic)
    expect(committed).toBeGreaterThan(0)
    expect(committed).toBeLessThanOrEqual(done)

    consume(store, note, { name })
    await settled(store, 2_000)
    await whenCommitted(name, note, 2_000)
    expect(await readEffects(store)).toHaveLength(2_000)
  })
})

describe('two consumers with the same records', () => {
  it('wait for each other instead of applying them twice', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const pool = createPool({ url: store.databaseUrl, max: 5, name: 'twin', logger: createTestLogger().logger })
    onTestFinished(() => pool.end())
    let entered = 0
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const handler = recordNotes(note, async () => {
      entered += 1
      await gate
    })
    const context = {
      consumer: 'twins',
      serviceVersion: '1',
      handlers: sortHandlers([handler]),
    }
    const message = toMessage(note, buildNote(note, 'a', 1))
    const decoded = decodeRecord(
      {
        topic: note.topic,
        life: '',
        partition: 0,
        offset: 0,
        timestamp: '0',
        key: Buffer.from('a'),
        value: message.value as Buffer,
        headers: [],
        isRedriven: false,
        sizeBytes: 0,
        unreadBatch: null,
      },
      context.handlers,
      'twins',
    )
    if (!('received' in decoded)) throw new Error('not received')
    const items = [{ received: decoded.received, attempts: null }]

    const twin = createDatabase(pool)
    const both = [store.db, twin].map((db) => db.transaction((tx) => applyBatch(tx, context, items)))
    await waitFor(() => entered === 1)
    release()

    expect((await Promise.all(both)).flat().toSorted()).toEqual(['done', 'duplicate'])
    expect(entered).toBe(1)
    expect(await readEffects(store)).toHaveLength(1)
  })
})
