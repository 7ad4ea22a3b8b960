import { waitFor } from '@coursewire/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findCoordinator, findPartitions, replicated, useCluster } from './cluster.ts'
import { expectFaithful, expectOrdered } from './expectations.ts'
import {
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  openAdmin,
  readCommitted,
  readDeadLetters,
  readEffects,
  readTopic,
  relayToKafka,
  whenCommitted,
  writeNotes,
} from './helpers.ts'

const getCluster = useCluster()
const KEYS = 30
/** The most events that may be on their way, and the fewest that wait in the outbox while nothing flows. */
const MAX_ON_ITS_WAY = 1_000
const MIN_WAITING = 500

/** Writes, sends and consumes events without a pause while the test handles the brokers. */
async function startLoad() {
  const { brokers } = getCluster()
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ replicas: 3, brokers })])
  const relay = relayToKafka(store, { brokers })
  const consumer = consume(store, note, { brokers })
  const countEffects = async () => Number((await store.pool.query('SELECT count(*) FROM effects')).rows[0].count)
  let isOver = false
  let written = 0
  const writing = (async () => {
    while (!isOver) {
      const notes = Array.from({ length: KEYS }, (_, key) => ({ noteId: `key-${key}`, n: written + key }))
      await writeNotes(store, note, notes)
      written += KEYS
      // Writes only as fast as events flow, so that a standstill does not grow without bound.
      const isWanted = async () =>
        isOver || written - (await countEffects()) < MAX_ON_ITS_WAY || (await countOutbox(store)) < MIN_WAITING
      await waitFor(isWanted, { timeoutMs: 600_000 })
    }
  })()
  onTestFinished(async () => {
    isOver = true
    await writing
  })

  const flows = async () => {
    const before = written
    await waitFor(async () => (await countEffects()) > before, { timeoutMs: 120_000, message: 'events to flow' })
  }
  return {
    store,
    note,
    relay,
    consumer,
    /** Resolves when all events written so far, and a newer one, have had their effect. */
    flows,
    /** Resolves when offsets of newly consumed events are committed. */
    async commits(): Promise<void> {
      const count = await countEffects()
      await waitFor(async () => (await readCommitted(consumer.name, note.topic, brokers)) > count, {
        timeoutMs: 120_000,
        intervalMs: 500,
        message: 'offsets to be committed',
      })
    },
    /** Stops writing. Returns how many events were written. */
    end: async (): Promise<number> => {
      isOver = true
      await writing
      return written
    },
  }
}

/** Expects that every event has arrived once and in order, and that relay and consumer are healthy. */
async function expectComplete({ store, note, relay, consumer, end }: Awaited<ReturnType<typeof startLoad>>) {
  const { brokers } = getCluster()
  const written = await end()
  await waitFor(async () => (await countOutbox(store)) === 0, { timeoutMs: 180_000, message: 'an empty outbox' })
  await waitFor(async () => (await readEffects(store)).length >= written, {
    timeoutMs: 120_000,
    intervalMs: 500,
    message: 'all effects',
  })
  const effects = await readEffects(store)
  expect(effects).toHaveLength(written)
  expectOrdered(effects.map(({ note_id, n }) => ({ key: note_id, n })))
  const records = await readTopic(note.topic, brokers)
  const offsets = await (await openAdmin(brokers)).fetchTopicOffsets(note.topic)
  const kept = offsets.reduce((sum, { high }) => sum + Number(high), 0)
  await waitFor(() => records.length >= kept, { timeoutMs: 120_000, message: `${kept} records` })
  await whenCommitted(consumer.name, note, kept, { brokers })
  expectFaithful(records, written)
  expect(await readDeadLetters(store)).toEqual([])
  expect((await store.pool.query('SELECT FROM outbox_parked')).rowCount).toBe(0)
  expect(consumer.log.find('Offsets lost')).toEqual([])
  expect([relay.isAlive(), consumer.isAlive(), consumer.isInGroup()]).toEqual([true, true, true])
}

describe('three brokers under load', () => {
  it('lose nothing when the leader of a partition is killed five times in a row, and continue without it each time', async () => {
    const load = await startLoad()
    const admin = await openAdmin(getCluster().brokers)

    for (let time = 0; time < 5; time += 1) {
      await load.flows()
      const [partition] = await findPartitions(admin, load.note.topic)
      const leader = getCluster().nodes.find(({ id }) => id === partition?.leader)
      await leader?.kill()
      await load.flows()
      await leader?.restart()
      await replicated(admin, load.note.topic)
    }

    await expectComplete(load)
  })

  it('lose nothing when the coordinator of the group is killed, because its members find the next one', async () => {
    const load = await startLoad()
    const admin = await openAdmin(getCluster().brokers)
    await load.flows()
    const id = await findCoordinator(admin, load.consumer.name)
    const coordinator = getCluster().nodes.find((node) => node.id === id)

    await coordinator?.kill()
    await load.commits()
    await coordinator?.restart()
    await replicated(admin, load.note.topic)

    await expectComplete(load)
  })

  it('lose nothing when a leader is suspended until the others have replaced it, and then continues', async () => {
    const load = await startLoad()
    const admin = await openAdmin(getCluster().brokers)
    await load.flows()
    const [partition] = await findPartitions(admin, load.note.topic)
    const leader = getCluster().nodes.find(({ id }) => id === partition?.leader)

    process.kill(Number(leader?.pid), 'SIGSTOP')
    onTestFinished(() => void process.kill(Number(leader?.pid), 'SIGCONT'))
    await load.flows()
    process.kill(Number(leader?.pid), 'SIGCONT')
    await replicated(admin, load.note.topic)

    await expectComplete(load)
  })

  it.each([2, 3])(
    'lose nothing when %i of them are killed: rows are written, wait, and go when they are back',
    async (count) => {
      const load = await startLoad()
      const { nodes } = getCluster()
      await load.flows()

      await Promise.all(nodes.slice(0, count).map((node) => node.kill()))
      await waitFor(async () => (await countOutbox(load.store)) >= MIN_WAITING, {
        timeoutMs: 120_000,
        message: 'rows to wait',
      })
      expect(load.relay.isAlive()).toBe(true)
      await Promise.all(nodes.slice(0, count).map((node) => node.restart()))
      await load.flows()

      await expectComplete(load)
    },
  )
})
