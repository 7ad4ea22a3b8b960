import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OutboxRow } from '@coursewire/messaging'
import { cacheDirectory, fillOnce, findJava, query, runProgram, waitFor } from '@coursewire/servers'
import type { QueryConfig } from 'pg'
import type { Environment } from './environment.ts'
import { buildInsert } from './latency.ts'

/** An event as our outbox row. The other outboxes store its id, topic, key and payload. */
export interface RaceEvent {
  id: string
  row: OutboxRow
}

/** A program that relays its outbox, DATABASE_URL, to KAFKA_BROKERS until its standard input ends. */
export interface Program {
  command: string
  args: string[]
  cwd: string
}

export interface Contestant {
  name: string
  /** Installs the program. Throws if a tool is missing or a registry refuses. */
  install(log: (line: string) => void): Promise<Program>
  /** Creates a database with an empty outbox, and returns its address. */
  createDatabase(environment: Environment, program: Program): Promise<string>
  /** Builds the statement that adds events to the outbox. */
  insert(events: RaceEvent[]): QueryConfig
}

const folder = (name: string) => fileURLToPath(new URL(`../race/${name}`, import.meta.url))
const toKey = ({ row }: RaceEvent) => row.key?.toString() ?? ''
const toPayload = ({ row }: RaceEvent) => row.payload?.toString() ?? ''

/** How many segments pg-transactional-outbox works on at once; it keeps the order within each. */
const SEGMENTS = 16

const coursewire: Contestant = {
  name: 'Coursewire',
  install: async () => ({ command: process.execPath, args: ['race-relay.js'], cwd: folder('../dist') }),
  createDatabase: async (environment) => (await environment.createStore()).databaseUrl,
  insert: (events) => buildInsert(events.map(({ row }) => row)),
}

const debezium: Contestant = {
  name: 'Debezium',
  async install(log) {
    const java = await findJava()
    const cwd = await installOnce('debezium', log, [
      ['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'],
      [java.replace(/java$/, 'javac'), '-cp', 'jars/*', '-d', 'classes', 'Relay.java'],
    ])
    return { command: java, args: ['-Xmx256m', '-XX:+UseSerialGC', '-cp', 'classes:jars/*', 'Relay'], cwd }
  },
  createDatabase: createPeerDatabase,
  insert: (events) => ({
    name: 'insert',
    text: `INSERT INTO outbox (id, aggregatetype, aggregateid, payload)
           SELECT id::uuid, topic, key, convert_to(payload, 'UTF8')
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS event (id, topic, key, payload)`,
    values: [events.map(({ id }) => id), events.map(({ row }) => row.topic), events.map(toKey), events.map(toPayload)],
  }),
}

const watermill: Contestant = {
  name: 'Watermill',
  async install(log) {
    const cwd = await installOnce('watermill', log, [['go', 'build', '-o', 'relay', '.']])
    return { command: join(cwd, 'relay'), args: [], cwd }
  },
  createDatabase: createPeerDatabase,
  insert: (events) => ({
    name: 'insert',
    text: `INSERT INTO watermill_race (uuid, payload, metadata, transaction_id)
           SELECT id, payload::json, '{}', pg_current_xact_id()
           FROM unnest($1::text[], $2::text[]) AS event (id, payload)`,
    values: [events.map(({ id }) => id), events.map(toWatermillEnvelope)],
  }),
}

const pgTransactionalOutbox: Contestant = {
  name: 'pg-transactional-outbox',
  async install(log) {
    const cwd = await installOnce('pg-transactional-outbox', log, [
      ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'],
    ])
    return { command: process.execPath, args: ['relay.mjs'], cwd }
  },
  createDatabase: createPeerDatabase,
  insert: (events) => ({
    name: 'insert',
    text: `INSERT INTO outbox (id, aggregate_type, aggregate_id, message_type, segment, payload)
           SELECT id::uuid, topic, key, 'event', abs(hashtext(key)) % ${SEGMENTS}, payload::jsonb
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS event (id, topic, key, payload)`,
    values: [events.map(({ id }) => id), events.map(({ row }) => row.topic), events.map(toKey), events.map(toPayload)],
  }),
}

export const contestants = [coursewire, debezium, watermill, pgTransactionalOutbox]

/** Copies a contestant's folder to the cache and runs the steps there, unless that was done for the same files. */
async function installOnce(name: string, log: (line: string) => void, steps: string[][]): Promise<string> {
  const source = folder(name)
  const fingerprint = createHash('sha256')
  for (const file of readdirSync(source)) fingerprint.update(readFileSync(join(source, file)))
  const directory = join(cacheDirectory, `race-${name}-${fingerprint.digest('hex').slice(0, 12)}`)
  if (existsSync(directory)) return directory
  log(`Installing ${name} (once)`)
  await fillOnce(directory, async (draft) => {
    cpSync(source, draft, { recursive: true })
    for (const [command = '', ...args] of steps) await runProgram(command, args, { cwd: draft })
  })
  return directory
}

async function createPeerDatabase({ postgresUrl }: Environment, { command, args, cwd }: Program): Promise<string> {
  const name = `race_${randomBytes(4).toString('hex')}`
  // Postgres needs a moment to notice that the process that used the slot has ended.
  await waitFor(() => query(postgresUrl, 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots'))
  await query(postgresUrl, `CREATE DATABASE ${name}`)
  const url = new URL(postgresUrl)
  url.pathname = name
  await runProgram(command, [...args, 'setup'], { cwd, env: { ...process.env, DATABASE_URL: url.href } })
  return url.href
}

/** Wraps an event as a decorated publisher of Watermill's forwarder does. */
function toWatermillEnvelope(event: RaceEvent): string {
  return JSON.stringify({
    destination_topic: event.row.topic,
    uuid: event.id,
    payload: event.row.payload?.toString('base64'),
    metadata: { ce_id: event.id, key: toKey(event) },
  })
}
