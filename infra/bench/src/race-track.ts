import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { watchTopic } from '@coursewire/messaging'
import { query, waitFor } from '@coursewire/servers'
import pg from 'pg'
import type { Environment } from './environment.ts'
import { buildRow } from './events.ts'
import type { Contestant, Program, RaceEvent } from './race-contestants.ts'
import { type Runner, run } from './race-runner.ts'
import { type Arrival, tally } from './race-tally.ts'

const ROWS_PER_INSERT = 1_000
/** When no record has come for so long, none is coming. */
const SILENCE_MS = 30_000
const PATIENCE_MS = 120_000

export type Track = Awaited<ReturnType<typeof openTrack>>

/** Opens what one contestant needs for one round: a new database with its outbox, and a place for what it keeps in files. */
export async function openTrack(environment: Environment, contestant: Contestant, program: Program) {
  const databaseUrl = await contestant.createDatabase(environment, program)
  const ownerUrl = new URL(environment.postgresUrl)
  ownerUrl.pathname = new URL(databaseUrl).pathname
  const stateDirectory = mkdtempSync(join(environment.directory, 'race-'))
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 })
  const runners: Runner[] = []
  pool.on('error', () => undefined)
  const admin = environment.kafka.admin()
  await admin.connect()

  const write = (events: RaceEvent[]) => pool.query(contestant.insert(events))

  async function countRecords(topic: string): Promise<number> {
    const partitions = await admin.fetchTopicOffsets(topic)
    return partitions.reduce((sum, { high }) => sum + Number(high), 0)
  }

  return {
    environment,
    databaseUrl,
    write,
    countRecords,

    start(): Runner {
      const runner = run(program, {
        DATABASE_URL: databaseUrl,
        KAFKA_BROKERS: environment.brokers.join(),
        STATE_DIRECTORY: stateDirectory,
      })
      runners.push(runner)
      return runner
    },

    /** Fills the outbox, and returns the ids. */
    async fill(topic: string, count: number): Promise<string[]> {
      const events = Array.from({ length: count }, (_, index) => buildRow(topic, index))
      for (let from = 0; from < count; from += ROWS_PER_INSERT) await write(events.slice(from, from + ROWS_PER_INSERT))
      await query(ownerUrl.href, 'VACUUM ANALYZE')
      await query(ownerUrl.href, 'CHECKPOINT')
      return events.map(({ id }) => id)
    },

    /** Returns early if no records come. */
    async waitForRecords(topic: string, least: number): Promise<void> {
      let records = 0
      let changedAt = performance.now()
      const isReached = async () => {
        const count = await countRecords(topic)
        if (count > records) changedAt = performance.now()
        records = count
        return records >= least || performance.now() - changedAt > SILENCE_MS
      }
      await waitFor(isReached, { intervalMs: 10, timeoutMs: PATIENCE_MS, message: `${least} records on Kafka` })
    },

    /** Waits until every event is on Kafka or no more come, stops the contestant, and compares what is there. */
    async finish(runner: Runner, topic: string, ids: string[]) {
      const arrivals: Arrival[] = []
      const missing = new Set(ids)
      let changedAt = performance.now()
      const watching = await watchTopic(environment.kafka, topic, ({ headers, timestamp }) => {
        const id = String(headers.find(([name]) => name === 'ce_id')?.[1])
        arrivals.push({ id, at: Number(timestamp) })
        missing.delete(id)
        changedAt = performance.now()
      })
      const isOver = () => missing.size === 0 || performance.now() - changedAt > SILENCE_MS
      await runner.during(waitFor(isOver, { timeoutMs: PATIENCE_MS, message: 'every event' }))
      await runner.stop()
      const end = await countRecords(topic)
      await waitFor(() => arrivals.length >= end, { message: 'the end of the topic' })
      await watching.close()
      return tally(ids, arrivals)
    },

    async close(): Promise<void> {
      await Promise.all(runners.map((runner) => runner.kill()))
      await Promise.all([pool.end(), admin.disconnect()])
    },
  }
}
