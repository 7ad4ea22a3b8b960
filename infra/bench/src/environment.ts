import { randomBytes } from 'node:crypto'
import { createWriteStream, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createKafka, createTopics, type Kafka, type KafkaSettings, messagingMigrations } from '@coursewire/messaging'
import { provisionService } from '@coursewire/postgres'
import { type Provider, query, startKafka, startPostgres } from '@coursewire/servers'
import {
  createDatabase,
  createLogger,
  createPool,
  type Database,
  type Logger,
  type Migrations,
  migrate,
} from '@coursewire/service-kit'
import pg from 'pg'
import type { Processes } from './cpu.ts'

/** The number of partitions of each topic that is measured. */
export const PARTITIONS = 3

const directory = fileURLToPath(new URL('../../../.coursewire/bench', import.meta.url))

export interface Store {
  databaseUrl: string
  pool: pg.Pool
  db: Database
  /** Connected as the owner of the tables, who may vacuum them. */
  owner: pg.Client
  close(): Promise<void>
}

export interface Environment {
  /** For files; deleted at the end. */
  directory: string
  /** Connects as superuser. */
  postgresUrl: string
  brokers: string[]
  kafka: Kafka
  kafkaSettings: KafkaSettings
  /** The servers behind work that this process does itself. */
  processes: Processes
  /** Writes to a file, at level info as in production. */
  logger: Logger
  log: (line: string) => void
  /** Creates a database with the messaging tables and those of `extra`: a statement, or the migrations of an app. */
  createStore(extra?: string | Migrations): Promise<Store>
  createTopic(): Promise<string>
  close(): Promise<void>
}

interface EnvironmentOptions {
  order?: readonly Provider[]
  /** Whether Postgres keeps what replication slots need (`wal_level = logical`). */
  decodesWal?: boolean
}

/** Starts durable servers, because the figures are only meaningful if every commit and every batch reaches the disk. */
export async function createEnvironment(
  log: (line: string) => void,
  { order = ['given', 'embedded', 'docker'], decodesWal = false }: EnvironmentOptions = {},
): Promise<Environment> {
  rmSync(directory, { recursive: true, force: true })
  const [postgres, kafkaServer] = await Promise.all([
    startPostgres({ order, durable: true, dataDir: `${directory}/postgres`, log }),
    startKafka({ order, dataDir: `${directory}/kafka`, log }),
  ])
  if (decodesWal) {
    await query(postgres.url, 'ALTER SYSTEM SET wal_level = logical')
    await postgres.restart()
  }
  log(postgres.description)
  log(kafkaServer.description)
  await refuseUnsafe(postgres.url)
  const logger = createLogger({
    service: 'bench',
    level: 'info',
    destination: createWriteStream('/dev/null'),
  })
  const kafkaSettings = { clientId: 'bench', brokers: kafkaServer.brokers, logger }
  const kafka = createKafka(kafkaSettings)
  const stores: Store[] = []
  let count = 0

  return {
    directory,
    postgresUrl: postgres.url,
    brokers: kafkaServer.brokers,
    kafka,
    kafkaSettings,
    processes: { app: process.pid, Postgres: postgres.pid, broker: kafkaServer.pid },
    logger,
    log,

    async createStore(extra) {
      const name = `bench_${randomBytes(4).toString('hex')}`
      const passwords = { owner: randomBytes(16).toString('hex'), run: randomBytes(16).toString('hex') }
      const access = await provisionService(postgres.url, name, passwords)
      const migrations = typeof extra === 'object' ? [extra] : []
      await migrate(access.migrateDatabaseUrl, [messagingMigrations, ...migrations])
      const owner = new pg.Client({ connectionString: access.migrateDatabaseUrl })
      await owner.connect()
      if (typeof extra === 'string') await owner.query(extra)
      const pool = createPool({ url: access.databaseUrl, max: 20, name: 'bench', logger })
      const store = {
        databaseUrl: access.databaseUrl,
        pool,
        db: createDatabase(pool),
        owner,
        close: async () => {
          await Promise.all([pool.end(), owner.end()])
        },
      }
      stores.push(store)
      return store
    },

    async createTopic() {
      count += 1
      const topic = `bench.${randomBytes(4).toString('hex')}.${count}`
      const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
      await createTopics(kafka, [{ topic, numPartitions: PARTITIONS, replicationFactor: 1, configEntries }])
      return topic
    },

    async close() {
      await Promise.all(stores.map((store) => store.close()))
      await Promise.all([postgres.stop(), kafkaServer.stop()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function refuseUnsafe(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')`,
  )
  await client.end()
  const unsafe = rows.filter(({ setting }) => setting !== 'on').map(({ name }) => name)
  if (unsafe.length > 0)
    throw new Error(`This server may lose commits, so figures would be meaningless: ${unsafe.join(', ')} is off`)
}
