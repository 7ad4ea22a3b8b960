import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ownKafka, uniqueName, waitFor } from '@coursewire/servers'
import type { Admin } from 'kafkajs'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createCircuit } from '../src/consumer/circuit.ts'
import { type Beginning, createPositioning } from '../src/consumer/positioning.ts'
import { movePositions, readPositions, setPositions } from '../src/consumer/positions.ts'
import { createAdminClient } from '../src/kafkajs/admin.ts'
import { findTopicState } from '../src/kafkajs/topic-state.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  type Note,
  openAdmin,
  produce,
  readDeadLetters,
  readEffects,
  type Store,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'

const write = (note: Note, from: number, count: number, brokers?: string[]) =>
  produce(
    note.topic,
    Array.from({ length: count }, (_, index) => toMessage(note, buildNote(note, `key-${index % 7}`, from + index))),
    brokers,
  )

/** Deletes a topic and creates another with its name. */
async function makeAgain({ topic }: Note): Promise<void> {
  const admin = await openAdmin()
  const { life } = await findTopicState(admin, topic)
  await admin.deleteTopics({ topics: [topic] })
  const again = { topic, numPartitions: 1, replicationFactor: 1 }
  await waitFor(() => admin.createTopics({ waitForLeaders: false, topics: [again] }))
  await waitFor(async () => (await findTopicState(admin, topic)).life !== life)
}

const findNumbers = async (store: Store) => (await readEffects(store)).map(({ n }) => n).toSorted((a, b) => a - b)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('a topic that is deleted and created again', () => {
  it('loses no poison record at the offset of an earlier one, and raises an alarm', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const first = consume(store, note)
    await produce(note.topic, [{ key: 'a', value: 'no JSON' }])
    await whenCommitted(first.name, note, 1)
    await first.close()

    await makeAgain(note)
    await produce(note.topic, [{ key: 'a', value: 'no JSON' }, toMessage(note, buildNote(note, 'after', 1))])
    const second = consume(store, note, { name: first.name })

    await settled(store, 1)
    await whenCommitted(first.name, note, 2)
    expect((await readDeadLetters(store)).map(({ payload }) => String(payload))).toEqual(['no JSON', 'no JSON'])
    expect(second.log.find('Offsets lost')).toMatchObject([{ level: 'error', reason: 'topic-replaced', found: 0 }])
  })

  it('is read from its first record by a member that was frozen meanwhile', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const name = uniqueName('consumer')
    await write(note, 0, 20)
    const child = spawnConsumer(store, note, name)
    await whenCommitted(name, note, 20)
    child.kill('SIGSTOP')
    await waitFor(() => /^State:\tT/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')))

    await makeAgain(note)
    await write(note, 100, 30)
    child.kill('SIGCONT')

    await settled(store, 50)
    expect(await findNumbers(store)).toEqual([...range(0, 20), ...range(100, 130)])
  })
})

function spawnConsumer(store: Store, note: Note, name: string) {
  const entry = fileURLToPath(new URL('consumer-process.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', entry, store.databaseUrl, inject('kafka').brokers.join(','), note.topic, name],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

describe('a topic of the same name on another cluster', () => {
  it('is read from its first record, with an alarm, and the first cluster continues at its own position', async () => {
    const kafka = await ownKafka()
    onTestFinished(() => kafka.stop())
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 20)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 20)
    await first.close()
    const { brokers } = kafka
    const admin = await openAdmin(brokers)
    await admin.createTopics({ topics: [{ topic: note.topic, numPartitions: 1 }] })
    await write(note, 100, 30, brokers)

    const elsewhere = consume(store, note, { name: first.name, brokers })
    await settled(store, 50)
    await elsewhere.close()
    await write(note, 20, 5)
    const back = consume(store, note, { name: first.name })
    await whenCommitted(first.name, note, 25)

    expect(await findNumbers(store)).toEqual([...range(0, 25), ...range(100, 130)])
    expect(elsewhere.log.find('Offsets lost')).toMatchObject([{ level: 'error', reason: 'topic-replaced' }])
    expect(back.log.find('Offsets lost')).toEqual([])
    expect(back.log.find('Duplicate event, skipping')).toEqual([])
  })
})

/** Makes a backup of the database. `restore` brings it back under the same name, whoever is connected. */
async function backUp({ adminUrl }: Store) {
  const name = new URL(adminUrl).pathname.slice(1)
  const admin = new pg.Client({ connectionString: Object.assign(new URL(adminUrl), { pathname: '/postgres' }).href })
  await admin.connect()
  onTestFinished(() => admin.end())
  await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name])
  await admin.query(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`)
  return {
    async restore() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.query(`ALTER DATABASE ${name}_backup RENAME TO ${name}`)
    },
  }
}

describe('a database restored from a backup', () => {
  it('gets the missing events again, from a consumer that is started then', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 20)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 20)
    await first.close()
    const backup = await backUp(store)
    await write(note, 20, 20)
    const second = consume(store, note, { name: first.name })
    await whenCommitted(first.name, note, 40)
    await second.close()

    await backup.restore()
    const third = consume(store, note, { name: first.name })

    await settled(store, 40)
    expect(await findNumbers(store)).toEqual(range(0, 40))
    expect(third.log.find('The database has gone back, reading again')).toMatchObject([{ saved: 20, committed: 40 }])
    expect(third.log.find('Offsets lost')).toEqual([])
    expect(third.log.find('Duplicate event, skipping')).toEqual([])
  })

  it('gets the missing events again, from a consumer that keeps running, even though nothing new comes', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 20)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 20)
    await first.close()
    const backup = await backUp(store)
    const second = consume(store, note, { name: first.name })
    await write(note, 20, 20)
    await whenCommitted(first.name, note, 40)

    await backup.restore()

    await settled(store, 40)
    expect(await findNumbers(store)).toEqual(range(0, 40))
    expect(second.log.find('The database has gone back, reading again')).toHaveLength(1)
  })

  it('gets all existing events, with an alarm, when it is empty', async () => {
    const [store, empty, note] = await Promise.all([createStore(), createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 20)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 20)
    await first.close()

    const second = consume(empty, note, { name: first.name })

    await settled(empty, 20)
    expect(second.log.find('Offsets lost')).toMatchObject([{ level: 'error', reason: 'unknown-to-database' }])
  })
})

describe('a group whose offsets Kafka has forgotten', () => {
  it('continues at the position of its database', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 20)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 20)
    await first.close()
    const admin = await openAdmin()
    await waitFor(() => admin.deleteGroups([first.name]))
    await write(note, 20, 5)

    const second = consume(store, note, { name: first.name })

    await settled(store, 25)
    expect(second.log.find('Duplicate event, skipping')).toEqual([])
    expect(second.log.find('Offsets lost')).toEqual([])
  })
})

describe('a member that takes over a partition', () => {
  it('does not take a member that read further for one that is beyond the end', async () => {
    const [{ db }, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const { topic } = note
    const [name, log, client] = [uniqueName('consumer'), createTestLogger(), createAdminClient(kafkaSettings())]
    onTestFinished(() => client.close())
    const readOn = async (admin: Admin) => {
      await write(note, 0, 5)
      await admin.setOffsets({ groupId: name, topic, partitions: [{ partition: 0, offset: '5' }] })
    }

    const found = await new Promise<Beginning[]>((resolve) => {
      const positioning = createPositioning({
        db,
        consumer: name,
        admin: {
          ...client,
          use: (ask) =>
            client.use((admin) =>
              ask({
                ...admin,
                async fetchOffsets(asked) {
                  await readOn(admin)
                  return admin.fetchOffsets(asked)
                },
              }),
            ),
        },
        circuit: createCircuit({ probe: async () => undefined, onChange: () => undefined, logger: log.logger }),
        logger: log.logger,
        onFound: resolve,
      })
      void positioning.begin({ [topic]: [0] }, [])
    })

    expect(found).toMatchObject([{ start: 5, end: 5 }])
    expect(log.find('Offsets lost')).toEqual([])
  })
})

describe('positions', () => {
  const at = (partition: number, position: number) => ({ topic: 'topic', life: 'life', partition, position })

  it('move on only from the stored position, and on the same timeline of the database', async () => {
    const { db } = await createStore()
    await setPositions(db, 'ours', [at(0, 100), at(1, 100), at(2, 100)])
    const { timeline } = await readPositions(db, 'ours', ['topic'])
    const move = (since: string, ...moves: Parameters<typeof movePositions>[3]) =>
      movePositions(db, 'ours', since, moves)
    const [on, from, behind] = [
      { ...at(0, 150), saved: 100 },
      { ...at(1, 150), saved: 120 },
      { ...at(2, 90), saved: 80 },
    ]

    expect(await move('another', on)).toEqual(new Set())
    expect(await move(timeline, on, from, behind)).toEqual(new Set([on, behind]))

    const { positions } = await readPositions(db, 'ours', ['topic'])
    expect(positions.map(({ position }) => position)).toEqual([150, 100, 100])
  })
})
