import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownPostgres, startPoolingProxy } from '@coursewire/servers'
import { createTestDatabase } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  assertOwnSessions,
  assertWritable,
  createDatabase,
  createLogger,
  createPool,
  createReadinessCheck,
  migrate,
  queryNamed,
} from '../src/index.ts'
import { buildApp, collectLines, withResolvers } from './helpers.ts'

async function createEmptyDatabase() {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  return database
}

/** Creates a database that is read-only for new connections. */
async function createFailingOver() {
  const { databaseUrl, migrateDatabaseUrl, adminUrl } = await createEmptyDatabase()
  const admin = await connect(adminUrl)
  const database = new URL(databaseUrl).pathname.slice(1)
  const setReadOnly = (isReadOnly: boolean) =>
    admin.query(`ALTER DATABASE ${database} SET default_transaction_read_only = ${isReadOnly}`)
  return { databaseUrl: migrateDatabaseUrl, setReadOnly }
}

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // The database is dropped while the pool is open, so errors at the end are expected.
  client.on('error', () => undefined)
  onTestFinished(() => client.end())
  return client
}

function openPool(url: string) {
  const { lines, destination } = collectLines()
  const logger = createLogger({ service: 'test-service', level: 'debug', destination })
  const pool = createPool({ url, max: 3, name: 'test-pool', logger })
  onTestFinished(() => pool.end())
  return { pool, db: createDatabase(pool), lines }
}

/** Creates a folder of migrations as drizzle-kit writes it. */
async function writeMigrations(statements: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'meta'))
  const entries = statements.map((_, idx) => ({ idx, when: 1_000 + idx, tag: `000${idx}`, breakpoints: true }))
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ entries }))
  for (const [index, statement] of statements.entries()) await writeFile(join(folder, `000${index}.sql`), statement)
  return folder
}

describe('migrations', () => {
  it('of several folders run once, however many processes migrate at the same time', async () => {
    const { migrateDatabaseUrl } = await createEmptyDatabase()
    const folders = [
      {
        folder: await writeMigrations(['create table things (id int)', 'insert into things values (1)']),
        table: 'app',
      },
      { folder: await writeMigrations(['create table others (id int)']), table: 'lib' },
    ]

    await Promise.all([1, 2, 3, 4].map(() => migrate(migrateDatabaseUrl, folders)))

    const client = await connect(migrateDatabaseUrl)
    const { rows } = await client.query(
      'select (select count(*)::int from things) things, (select count(*)::int from others) others',
    )
    expect(rows).toEqual([{ things: 1, others: 0 }])
  })

  it('wait for another process that is migrating', async () => {
    const { migrateDatabaseUrl } = await createEmptyDatabase()
    const folders = [{ folder: await writeMigrations(['create table things (id int)']), table: 'app' }]
    const client = await connect(migrateDatabaseUrl)
    await migrate(migrateDatabaseUrl, [])
    await client.query('begin')
    await client.query('select pg_advisory_lock(4702111835)')

    const migrating = migrate(migrateDatabaseUrl, folders)

    const waiting = "select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted"
    await expect.poll(async () => (await client.query(waiting)).rows[0].count).toBe(1)
    expect((await client.query("select to_regclass('things') as found")).rows).toEqual([{ found: null }])
    await client.query('select pg_advisory_unlock(4702111835)')
    await migrating
    expect((await client.query("select to_regclass('things')::text as found")).rows).toEqual([{ found: 'things' }])
  })

  it('that fail leave the database unchanged and say so', async () => {
    const { migrateDatabaseUrl } = await createEmptyDatabase()
    const folder = await writeMigrations(['create table things (id int)', 'create nonsense'])

    await expect(migrate(migrateDatabaseUrl, [{ folder, table: 'app' }])).rejects.toThrow('create nonsense')

    const client = await connect(migrateDatabaseUrl)
    expect((await client.query("select to_regclass('things') as found")).rows).toEqual([{ found: null }])
  })
})

describe('a service', () => {
  async function openWith(...statements: string[]) {
    const database = await createEmptyDatabase()
    const { db, pool } = openPool(database.databaseUrl)
    const migrations = { folder: await writeMigrations(statements), table: 'app' }
    return { ...database, pool, migrations, check: createReadinessCheck(db, [migrations]) }
  }

  it('is ready once every migration that it needs has run', async () => {
    const { migrateDatabaseUrl, migrations, check } = await openWith('create table things (id int)', 'select 1')
    await expect(check()).rejects.toThrow('Failed query')

    const former = { ...migrations, folder: await writeMigrations(['create table things (id int)']) }
    await migrate(migrateDatabaseUrl, [former])
    await expect(check()).rejects.toMatchObject({ code: 'database.not-migrated' })

    await migrate(migrateDatabaseUrl, [migrations])
    await expect(check()).resolves.toBeUndefined()
  })

  it('is ready on the tables of a later version', async () => {
    const { migrateDatabaseUrl, migrations, check } = await openWith('create table things (id int)')
    const later = { ...migrations, folder: await writeMigrations(['create table things (id int)', 'select 1']) }
    await migrate(migrateDatabaseUrl, [later])

    await expect(check()).resolves.toBeUndefined()
  })

  it('is not ready while its database accepts no writes', async () => {
    const { migrateDatabaseUrl, adminUrl, databaseUrl, migrations, pool, check } = await openWith('select 1')
    await migrate(migrateDatabaseUrl, [migrations])
    const admin = await connect(adminUrl)
    const name = new URL(databaseUrl).pathname.slice(1)

    await admin.query(`alter database ${name} set default_transaction_read_only = on`)
    await expect(check()).rejects.toMatchObject({ code: 'database.read-only' })
    await admin.query(`alter database ${name} reset default_transaction_read_only`)

    await expect(check()).resolves.toBeUndefined()
    expect(pool.waitingCount).toBe(0)
  })
})

describe('whatever settings a database has', () => {
  const foreign = {
    DateStyle: 'German, DMY',
    IntervalStyle: 'iso_8601',
    TimeZone: 'Asia/Kathmandu',
    bytea_output: 'escape',
    extra_float_digits: '-10',
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    transform_null_equals: 'on',
    search_path: 'pg_catalog',
    default_transaction_isolation: 'serializable',
    default_transaction_deferrable: 'on',
    synchronous_commit: 'off',
    statement_timeout: '1ms',
    lock_timeout: '1ms',
    transaction_timeout: '1ms',
  }
  const names = Object.keys(foreign).map((name) => name.toLowerCase())
  const readSettings = `SELECT name, setting FROM pg_settings WHERE lower(name) = ANY ('{${names.join()}}') ORDER BY name`

  async function createForeign() {
    const { databaseUrl, migrateDatabaseUrl, adminUrl } = await createEmptyDatabase()
    const admin = await connect(adminUrl)
    const database = new URL(databaseUrl).pathname.slice(1)
    for (const [name, value] of Object.entries(foreign))
      await admin.query(`ALTER DATABASE ${database} SET ${name} = '${value}'`)
    return { databaseUrl, migrateDatabaseUrl }
  }

  it('statements of the pool behave the same', async () => {
    const [usual, strange] = [await createEmptyDatabase(), await createForeign()]
    const read = async (url: string) => (await openPool(url).pool.query(readSettings)).rows

    const settings = await read(usual.databaseUrl)
    expect(settings).toHaveLength(names.length)
    expect(await read(strange.databaseUrl)).toEqual(settings)
    expect(settings).toContainEqual({ name: 'default_transaction_isolation', setting: 'read committed' })
  })

  it('migrations behave the same and get the time they need', async () => {
    const { migrateDatabaseUrl } = await createForeign()
    const statement = `CREATE TABLE found AS ${readSettings}`
    await migrate(migrateDatabaseUrl, [{ folder: await writeMigrations([statement]), table: 'app' }])

    const { pool } = openPool(migrateDatabaseUrl)
    const { rows } = await pool.query('TABLE found')
    const found = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
    expect(Object.keys(found)).toHaveLength(names.length)
    expect(found).toMatchObject({
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      search_path: 'public',
      statement_timeout: '0',
    })
  })
})

describe('a pooler in front of the database', () => {
  it('that gives each transaction another session is refused with the reason, by migrations too', async () => {
    const { databaseUrl, migrateDatabaseUrl } = await createEmptyDatabase()
    const [pooled, pooledForOwner] = await Promise.all([databaseUrl, migrateDatabaseUrl].map(startPoolingProxy))
    onTestFinished(async () => void (await Promise.all([pooled?.close(), pooledForOwner?.close()])))
    const refusal = {
      code: 'database.pooled',
      message: expect.stringContaining('each transaction has another session'),
    }

    await expect(assertOwnSessions(databaseUrl)).resolves.toBeUndefined()
    await expect(assertOwnSessions(pooled?.url ?? '')).rejects.toMatchObject(refusal)
    await expect(migrate(pooledForOwner?.url ?? '', [])).rejects.toMatchObject(refusal)
  })

  it('that drops the settings of a session is refused with the reason', async () => {
    const { databaseUrl } = await createEmptyDatabase()

    // The address overrides the settings, which has the same effect as a pooler that drops them.
    await expect(assertOwnSessions(`${databaseUrl}?options=-c%20work_mem%3D4MB`)).rejects.toMatchObject({
      code: 'database.pooled',
      message: expect.stringContaining('do not arrive'),
    })
  })
})

describe('the pool', () => {
  it('recovers from a connection that is lost when a transaction begins', async () => {
    const { pool, db } = openPool((await createEmptyDatabase()).databaseUrl)
    const cut = (client: pg.PoolClient) => {
      const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
      connection.stream.destroy()
    }
    pool.on('acquire', cut)
    for (let times = 0; times < 4; times += 1) {
      await expect(db.transaction((tx) => tx.execute(sql`SELECT 1`))).rejects.toThrow(/begin/)
    }
    pool.off('acquire', cut)

    // The pool has three connections, so otherwise none would be left.
    const { rows } = await db.transaction((tx) => tx.execute(sql`SELECT 1 AS one`))
    expect(rows).toEqual([{ one: 1 }])
  })

  it('does not hand on a connection whose transaction could not be ended', async () => {
    const { db } = openPool((await createEmptyDatabase()).databaseUrl)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const inside = withResolvers<number>()
    const frozen = db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
      inside.resolve(rows[0]?.pid ?? 0)
      await tx.execute(sql`SELECT pg_sleep(25)`)
    })
    const pid = await inside.promise

    // Neither the statement nor the following ROLLBACK is answered in time.
    let failure: unknown
    frozen.catch((error: unknown) => {
      failure = error
    })
    while (!failure) await vi.advanceTimersByTimeAsync(35_000)
    vi.useRealTimers()

    const next = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
    expect(next.rows[0]?.pid).not.toBe(pid)
  })

  it('notices a read-only server, and then finds the writable one', async () => {
    const { databaseUrl, setReadOnly } = await createFailingOver()
    const { db, pool } = openPool(databaseUrl)
    await setReadOnly(true)
    const fillPool = () => Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.01)')))
    await fillPool()

    await expect(assertWritable(db)).rejects.toMatchObject({ kind: 'unavailable', code: 'database.read-only' })
    await fillPool()
    await setReadOnly(false)

    await expect(assertWritable(db)).resolves.toBeUndefined()
    await db.transaction((tx) => tx.execute(sql`CREATE TEMP TABLE things ()`))
  })

  it('is not taken for read-only because of an old connection that was just returned', async () => {
    const { databaseUrl, setReadOnly } = await createFailingOver()
    const { db, pool } = openPool(databaseUrl)
    await setReadOnly(true)
    const busy = await Promise.all([1, 2, 3].map(() => pool.connect()))
    await setReadOnly(false)

    const checked = assertWritable(db)
    for (const client of busy) client.release()

    await expect(checked).resolves.toBeUndefined()
  })

  it('does not hand on a connection whose server has become read-only', async () => {
    const { databaseUrl, setReadOnly } = await createFailingOver()
    const { db } = openPool(databaseUrl)
    const write = () => db.transaction((tx) => tx.execute(sql`CREATE TABLE pg_temp.things ()`))
    await setReadOnly(true)
    await expect(write()).rejects.toMatchObject({ cause: { code: '25006' } })
    await setReadOnly(false)

    await expect(write()).resolves.toBeDefined()
  })

  it.each([
    ['25006', false],
    ['25P04', false],
    ['57014', false],
    ['57P05', false],
    ['08006', false],
    ['26000', false],
    ['42P05', false],
    ['23505', true],
    ['40001', true],
    ['55P03', true],
    ['42703', true],
  ])('decides after error %s whether to use the connection again (%s)', async (code, isKept) => {
    const { db } = openPool((await createEmptyDatabase()).databaseUrl)
    let pid = 0
    const failing = db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
      pid = rows[0]?.pid ?? 0
      await tx.execute(sql.raw(`DO $$ BEGIN RAISE 'no' USING ERRCODE = '${code}'; END $$`))
    })
    await expect(failing).rejects.toMatchObject({ cause: { code } })

    const { rows } = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
    expect(rows[0]?.pid === pid).toBe(isKept)
  })

  it('does not hand on a connection whose prepared statements are from before a migration', async () => {
    const { migrateDatabaseUrl } = await createEmptyDatabase()
    const { db } = openPool(migrateDatabaseUrl)
    const owner = await connect(migrateDatabaseUrl)
    await owner.query('CREATE TABLE things (id int)')
    const read = () => db.transaction((tx) => queryNamed(tx, { name: 'all', text: 'TABLE things', values: [] }))
    await read()
    await owner.query('ALTER TABLE things ADD COLUMN name text')

    await expect(read()).rejects.toMatchObject({ code: '0A000' })
    await expect(read()).resolves.toBeDefined()
  })

  it('limits the time of everything, and shows its name in Postgres', async () => {
    const { databaseUrl } = await createEmptyDatabase()
    const { pool } = openPool(databaseUrl)

    const { rows } = await pool.query(`
      select name, setting from pg_settings where name in ('application_name', 'idle_in_transaction_session_timeout',
      'lock_timeout', 'statement_timeout', 'transaction_timeout') order by name`)

    expect(rows).toEqual([
      { name: 'application_name', setting: 'test-pool' },
      { name: 'idle_in_transaction_session_timeout', setting: '10000' },
      { name: 'lock_timeout', setting: '5000' },
      { name: 'statement_timeout', setting: '30000' },
      { name: 'transaction_timeout', setting: '30000' },
    ])
  })

  it('survives the loss of idle connections and of one in a transaction', async () => {
    const { databaseUrl, adminUrl } = await createEmptyDatabase()
    const { pool, db, lines } = openPool(databaseUrl)
    const admin = await connect(adminUrl)
    const terminateAll = () =>
      admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-pool'")

    await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.01)')))
    await terminateAll()
    await expect.poll(() => pool.totalCount).toBe(0)
    expect(lines.join('')).toContain('Idle database connection lost')
    expect((await db.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }])

    const transaction = db.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      const before = lines.length
      await terminateAll()
      await expect.poll(() => lines.slice(before).join('')).toContain('Database connection lost')
      await tx.execute(sql`select 1`)
    })
    await expect(transaction).rejects.toThrow('Failed query')
    expect((await db.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }])
  })
})

it('requests get 503 with Retry-After while the database is down, and are served when it is back', async () => {
  const server = await ownPostgres()
  onTestFinished(() => server.stop())
  const { pool, db } = openPool(server.url)
  const app = await buildApp({
    health: { live: () => null, ready: createReadinessCheck(db, []) },
  })
  app.get('/one', { config: { access: 'public' } }, async () => (await db.execute(sql`select 1 as one`)).rows)
  expect((await app.inject({ url: '/one' })).json()).toEqual([{ one: 1 }])

  await server.kill()
  const refused = await app.inject({ url: '/one' })
  const ready = await app.inject({ url: '/health/ready' })
  const live = await app.inject({ url: '/health/live' })
  await server.restart()

  expect(refused.statusCode).toBe(503)
  expect(refused.headers['retry-after']).toBe('2')
  expect(refused.json()).toMatchObject({ code: 'service.unavailable' })
  expect([ready.statusCode, live.statusCode]).toEqual([503, 200])
  await expect.poll(async () => (await app.inject({ url: '/one' })).statusCode).toBe(200)
  expect(pool.totalCount).toBeGreaterThan(0)
})
