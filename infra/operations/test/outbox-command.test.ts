import { type DatabaseName, databases } from '@coursewire/product'
import { createLogger, createPool } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createOutbox } from '../src/outbox.ts'
import { runHere, runProcess } from '../src/run-command.ts'
import type { RunningStack } from '../src/running-stack.ts'

/** The databases of all apps: this one, where nothing else is said. */
function allDatabases(databaseUrl: string) {
  const all = databases.map(({ database }) => [database, { databaseUrl }])
  return Object.fromEntries(all) as Record<DatabaseName, { databaseUrl: string }>
}

/** Parts of a stack that the outbox command does not use. */
const noAddresses = { enrollmentApi: '', distributionService: '', kafka: '' }

async function createStore(parked: { channel: 'kafka' | 'sns'; topic: string }[] = []) {
  const database = await createTestDatabase()
  const url = database.databaseUrl
  const pool = createPool({ url, max: 1, name: 'test', logger: createLogger({ service: 'test', level: 'silent' }) })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  for (const [index, { channel, topic }] of parked.entries()) {
    await pool.query(
      `INSERT INTO outbox_parked (channel, id, topic, payload, headers, created_at, reason)
       VALUES ($1, $2, $3, 'x', '[]', now(), 'The message is too large')`,
      [channel, index + 1, topic],
    )
  }
  return { url, pool }
}

async function createStack() {
  const [enrollment, distribution, empty] = await Promise.all([
    createStore([
      { channel: 'kafka', topic: 'one' },
      { channel: 'sns', topic: 'two' },
    ]),
    createStore([{ channel: 'kafka', topic: 'one' }]),
    createStore(),
  ])
  const stack: RunningStack = {
    ...noAddresses,
    postgres: {
      ...allDatabases(empty.url),
      enrollment: { databaseUrl: enrollment.url },
      distribution: { databaseUrl: distribution.url },
    },
  }
  const outbox = (...args: string[]) => runHere((terminal) => createOutbox({ ...terminal, stack }), {}, args)
  return { enrollment, distribution, outbox }
}

it('outbox status covers every app of the running stack', async () => {
  const { enrollment, outbox } = await createStack()
  await enrollment.pool.query(`
    INSERT INTO outbox (channel, topic, headers, created_at) VALUES ('kafka', 'one', '[]', now() - interval '90 minutes')`)

  const table = await outbox('status')
  const json = await outbox('status', '--app=enrollment-api', '--json')

  expect(table.out.split('\n').slice(0, 5)).toEqual([
    'APP                   CHANNEL  WAITING  OLDEST  PARKED  RELAY',
    'enrollment-api        kafka    1        1 h     1       none',
    'enrollment-api        sns      0                1       none',
    'distribution-service  kafka    0                1       none',
    'email-worker          kafka    0                0       none',
  ])
  expect(JSON.parse(json.out)).toMatchObject([
    { app: 'enrollment-api', channel: 'kafka', waiting: 1 },
    { channel: 'sns' },
  ])
})

it('outbox leaves out an app that was added after the stack was started, and says so when it is asked for', async () => {
  const { url } = await createStore()
  const stack: RunningStack = { ...noAddresses, postgres: { enrollment: { databaseUrl: url } } }
  const outbox = (...args: string[]) => runHere((terminal) => createOutbox({ ...terminal, stack }), {}, args)

  const all = await outbox('status', '--json')
  const one = await outbox('status', '--app', 'email-worker')

  expect(JSON.parse(all.out)).toMatchObject([{ app: 'enrollment-api' }])
  expect(one).toEqual({ code: 1, out: '', err: 'email-worker is not in the running stack: restart npm start' })
})

it('outbox parked lists refused rows with the reason and the ids for requeue', async () => {
  const { outbox } = await createStack()

  const table = await outbox('parked', '--topic', 'one')
  const none = await outbox('parked', '--app', 'email-worker')

  expect(table.out.split('\n')).toEqual([
    expect.stringMatching(/^ID +PARKED +TOPIC +KEY +TYPE +BYTES +REASON$/),
    expect.stringMatching(/^enrollment-api\/kafka\/1 +20\S+Z  one +1 +The message is too large$/),
    expect.stringMatching(/^distribution-service\/kafka\/1 /),
  ])
  expect(none).toEqual({ code: 0, out: 'Nothing is parked', err: '' })
})

it('outbox requeue puts a row back once', async () => {
  const { enrollment, distribution, outbox } = await createStack()

  const first = await outbox('requeue', 'enrollment-api/kafka/1')
  const second = await outbox('requeue', 'enrollment-api/kafka/1', 'enrollment-api/sns/02')

  expect(first).toEqual({ code: 0, out: '1 back in the outbox; they go after later rows of their key', err: '' })
  expect(second).toEqual({
    code: 1,
    out: '1 back in the outbox; they go after later rows of their key',
    err: 'Not parked (any more): enrollment-api/kafka/1',
  })
  const { rows } = await enrollment.pool.query('SELECT channel, topic FROM outbox ORDER BY channel')
  expect(rows).toEqual([
    { channel: 'kafka', topic: 'one' },
    { channel: 'sns', topic: 'two' },
  ])
  expect((await distribution.pool.query('SELECT FROM outbox_parked')).rowCount).toBe(1)
})

it('outbox requeue takes a topic or all rows', async () => {
  const { outbox } = await createStack()

  const ofTopic = await outbox('requeue', '--topic=one')
  const rest = await outbox('requeue', '--all')
  const none = await outbox('requeue', '--all')

  expect([ofTopic.out, rest.out, none].map((one) => JSON.stringify(one))).toEqual([
    expect.stringContaining('2 back in the outbox'),
    expect.stringContaining('1 back in the outbox'),
    JSON.stringify({ code: 0, out: 'Nothing is parked', err: '' }),
  ])
})

it.each([
  [['requeue'], 'Name the rows'],
  [['requeue', 'kafka/1', '--all'], 'Name the rows'],
  [['requeue', 'kafka/1'], 'Name the app, as in enrollment-api/kafka/17: kafka/1'],
  [['requeue', '17'], 'Expected the id of a parked row'],
  [['requeue', 'mailer/kafka/17'], 'Expected the id of a parked row'],
  [['status', '--app=mailer'], 'enrollment-api'],
])('outbox %j is a wrong use', async (args, message) => {
  const stack = { ...noAddresses, postgres: allDatabases('postgres://nobody@127.0.0.1:1/none') }

  const { code, out, err } = await runHere((terminal) => createOutbox({ ...terminal, stack }), {}, args)

  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})

it('outbox works on the database of DATABASE_URL as a process', async () => {
  const { url } = await createStore([{ channel: 'kafka', topic: 'one' }])

  const done = await runProcess(new URL('../src/outbox-command.ts', import.meta.url), { DATABASE_URL: url }, [
    'requeue',
    'kafka/1',
  ])

  expect(done).toEqual({ code: 0, out: '1 back in the outbox; they go after later rows of their key', err: '' })
})

it.each([
  [
    'nothing runs',
    '',
    /^Nothing is running here: run npm start or docker compose up first, or name a database in DATABASE_URL$/,
  ],
  ['the database is away', 'postgres://nobody@127.0.0.1:1/none', /^DATABASE_URL: .*ECONNREFUSED/],
  [
    'it has no outbox',
    inject('postgres').adminUrl,
    /^DATABASE_URL: .*: is this the database of the service, and migrated\?$/,
  ],
])('says when %s', async (_, DATABASE_URL, message) => {
  const { code, out, err } = await runHere((terminal) => createOutbox({ ...terminal, stack: null }), { DATABASE_URL }, [
    'status',
  ])

  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(message)
})
