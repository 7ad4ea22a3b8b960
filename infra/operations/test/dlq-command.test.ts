import { createKafka, createTopics, type KafkaSource, publishRecords, watchTopic } from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { uniqueName, waitFor } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { createDlq } from '../src/dlq.ts'
import { runHere, runProcess, startProcess } from '../src/run-command.ts'

const { brokers } = inject('kafka')
const script = new URL('../src/dlq-command.ts', import.meta.url)
const env = { KAFKA_BROKERS: brokers.join(',') }
const kafka = createKafka({ clientId: 'test', brokers, logger: createLogger({ service: 'test', level: 'silent' }) })
const { signal } = new AbortController()

const dlq = (...args: string[]) => runHere((terminal) => createDlq({ ...terminal, stack: null, signal }), env, args)

beforeAll(async () => {
  await createTopics(kafka, topicsFor('local'))
  // A new broker loads its group coordinator when the first group asks, and dlq, for which a person waits, gives up before that.
  const watcher = await watchTopic(kafka, 'email-worker.dlq', () => undefined)
  await watcher.close()
})

interface Details {
  topic: string
  offset: number
  value?: Buffer | string | null
  headers?: [string, string][]
}

/** Sends dead letters of email-worker to Kafka, and returns their ids. */
async function writeLetters(letters: Details[]): Promise<string[]> {
  const records = letters.map(({ topic, offset, value = '{"type":"note.written"}', headers = [] }) => ({
    topic: 'email-worker.dlq',
    key: 'a',
    value: value === null ? null : Buffer.from(value),
    headers: [
      ['x-original-topic', topic],
      ['x-original-partition', '0'],
      ['x-original-offset', String(offset)],
      ['x-original-timestamp', '1767225600000'],
      ['x-event-id', `event-${offset}`],
      ['x-error-code', 'note.illegible'],
      ['x-error-message', 'Cannot be read\nat all'],
      ['x-attempts', '1'],
      ['x-last-failure-at', `2026-01-01T00:00:0${offset}.000Z`],
      ...headers,
    ] as [string, string][],
  }))
  return (await publishRecords(kafka, records)).map((place) => `${place.topic}/${place.partition}/${place.offset}`)
}

async function createTopic(): Promise<string> {
  const topic = uniqueName('note.events')
  await createTopics(kafka, [{ topic, numPartitions: 1, replicationFactor: 1, configEntries: [] }])
  return topic
}

async function watch(topic: string): Promise<KafkaSource[]> {
  const records: KafkaSource[] = []
  const watcher = await watchTopic(kafka, topic, (record) => records.push(record))
  onTestFinished(() => watcher.close())
  return records
}

describe('dlq list', () => {
  it('shows dead letters as JSON or in a table that hostile text cannot break', async () => {
    const topic = uniqueName('note.events')
    const ids = await writeLetters([
      { topic, offset: 1 },
      { topic, offset: 2, headers: [['ce_type', '\u001b[31mred']] },
    ])

    const table = await dlq('list', '--topic', topic)
    const json = await dlq('list', '--topic', topic, '--json', '--limit=1')

    const [head, newest, oldest] = table.out.split('\n')
    expect(head).toMatch(/^ID +FAILED +RECORD +TYPE +EVENT +CODE +ATTEMPTS +REPLAYED +MESSAGE$/)
    expect(newest).toContain('\\u001b[31mred')
    expect(oldest).toMatch(
      new RegExp(`^${ids[0]} +2026-01-01 00:00:01Z  ${topic}/0/1  note.written +event-1 .* Cannot be read at all$`),
    )
    expect(JSON.parse(json.out)).toMatchObject([{ id: ids[1], code: 'note.illegible' }])
  })

  it('says when there are none, and when there are more', async () => {
    const topic = uniqueName('note.events')
    const none = await dlq('list', '--topic', topic)
    await writeLetters([
      { topic, offset: 1 },
      { topic, offset: 2 },
    ])

    const some = await dlq('list', '--topic', topic, '--limit', '1')

    expect(none).toEqual({ code: 0, out: 'No dead letters', err: '' })
    expect(some.out).toContain('1 more match')
  })
})

describe('dlq show', () => {
  it('prints everything about one: headers, stack, and the value as JSON or hex', async () => {
    const topic = uniqueName('note.events')
    const bytes = Buffer.from([0, 0xff])
    const [json = '', binary = ''] = await writeLetters([
      { topic, offset: 1, value: '{"n":1}', headers: [['x-error-stack', 'Error\n    at line 1']] },
      { topic, offset: 2, value: bytes, headers: [['traceparent', 'from-outside']] },
    ])

    const readable = await dlq('show', json)
    const hex = await dlq('show', binary)
    const machine = await dlq('show', binary, '--json')

    expect(readable.out).toMatch(/^record +note\.events.*\/0\/1$/m)
    expect(readable.out).toContain('  {\n    "n": 1\n  }')
    expect(readable.out).toContain('  Error\n      at line 1')
    expect(readable.out).toMatch(/^written +2026-01-01T00:00:00.000Z$/m)
    expect(hex.out).toContain('hex 00ff')
    expect(hex.out).toContain('  traceparent: from-outside')
    expect(JSON.parse(machine.out)).toMatchObject({
      id: binary,
      value: bytes.toString('base64'),
      headers: [['traceparent', Buffer.from('from-outside').toString('base64')]],
    })
  })

  it('says which records are in an unreadable batch, and what can be done', async () => {
    const topic = await createTopic()
    const headers: [string, string][] = [
      ['x-batch-first-offset', '3'],
      ['x-batch-records', '7'],
      ['x-batch-codec', 'gzip'],
    ]
    const [id = ''] = await writeLetters([{ topic, offset: 9, value: 'compressed', headers }])

    const list = await dlq('list', '--topic', topic)
    const show = await dlq('show', id)
    const json = await dlq('show', id, '--json')
    const replay = await dlq('replay', id)

    expect(list.out).toContain(`${topic}/0/3–9`)
    expect(show.out).toMatch(/^batch +7 records, gzip, 10 bytes$/m)
    expect(show.out).toMatch(/^records +note\.events.*\/0\/3 to 9$/m)
    expect(show.out).toContain('sent one by one')
    expect(JSON.parse(json.out)).toMatchObject({ batch: { firstOffset: 3, records: 7, codec: 'gzip' }, offset: 9 })
    expect(replay.code).toBe(1)
    expect(replay.err).toContain(`${topic}/0 from 3 to 9 until they expire`)
  })
})

describe('dlq replay', () => {
  it('sends nothing in a dry run, but says what it would send', async () => {
    const topic = await createTopic()
    const [good, mismatch] = await writeLetters([
      { topic, offset: 1 },
      { topic, offset: 2, headers: [['x-error-code', 'event.mismatch']] },
    ])

    const dry = await dlq('replay', good ?? '', mismatch ?? '', '--dry-run')
    const json = await dlq('replay', '--topic', topic, '--dry-run', '--json')

    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toMatch(new RegExp(`^${good} .*Would send 1; nothing was sent.*1 refused:\\n  ${mismatch}`, 'ms'))
    expect(JSON.parse(json.out)).toEqual({
      wouldSend: [good],
      refused: [{ id: mismatch, reason: 'a mismatch is never replayed: its id is taken by another content' }],
    })
    expect(await endOf(topic)).toBe(0)
  })

  it('sends what a filter selects, in order, and says where to look for repeated failures', async () => {
    const topic = await createTopic()
    await writeLetters([
      { topic, offset: 2 },
      { topic, offset: 1 },
      { topic, offset: 3 },
    ])
    const records = await watch(topic)

    const { code, out, err } = await dlq('replay', '--topic', topic, '--until', '2026-01-01T00:00:03Z', '--rate=1000')

    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Sent 2 of 2\. What fails again shows in: npm run dlq -- list --since 20\S+Z$/)
    await waitFor(() => records.length === 2)
    expect(records.map(({ headers }) => headers.at(-1)?.[1]?.toString())).toEqual([`${topic}/0/1`, `${topic}/0/2`])
  })

  it('names what it did not send, and exits with 1', async () => {
    const topic = await createTopic()
    const [tombstone = '', good = ''] = await writeLetters([
      { topic, offset: 1, value: null },
      { topic, offset: 2 },
    ])

    const { code, out, err } = await dlq('replay', tombstone, good, '--json')

    expect(JSON.parse(out)).toEqual({ sent: 1, refused: [{ id: tombstone, reason: expect.any(String) }] })
    expect(code).toBe(1)
    expect(err).toBe(`1 refused:\n  ${tombstone}  it has no content, and would only fail again`)
  })

  it('sends nothing when one of the ids is unknown', async () => {
    const topic = await createTopic()
    const [id = ''] = await writeLetters([{ topic, offset: 1 }])

    const outcome = await dlq('replay', id, 'email-worker.dlq/0/999999999')

    expect(outcome).toEqual({
      code: 1,
      out: '',
      err: 'No such dead letter (any more): email-worker.dlq/0/999999999',
    })
    expect(await endOf(topic)).toBe(0)
  })

  async function endOf(topic: string): Promise<number> {
    const admin = kafka.admin()
    await admin.connect()
    const [partition] = await admin.fetchTopicOffsets(topic)
    await admin.disconnect()
    return Number(partition?.high)
  }
})

it.each([
  [['replay'], 'Name the dead letters: give ids from the list, or filters, or --all'],
  [['replay', 'email-worker.dlq/0/1', '--all'], 'Name the dead letters'],
  [['replay', '--all', '--rate=0'], 'rate'],
  [['show', '17'], 'Expected the id of a dead letter as in the list'],
  [['list', '--app=mailer'], 'enrollment-api'],
  [['list', '--since=yesterday'], 'Expected a moment'],
  [['list', '--topic', '--json'], "Option '--topic' argument is ambiguous"],
  [['list', '--tpoic=x'], "Unknown option '--tpoic'"],
])('%j is a wrong use', async (args, message) => {
  const { code, out, err } = await dlq(...args)

  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})

it.each([
  [
    'nothing runs',
    '',
    /^Nothing is running here: run npm start or docker compose up first, or name the brokers in KAFKA_BROKERS$/,
  ],
  ['Kafka is away', '127.0.0.1:1', /^Kafka does not answer at 127\.0\.0\.1:1: .*ECONNREFUSED/],
])('says when %s', async (_, KAFKA_BROKERS, message) => {
  const { code, out, err } = await runHere(
    (terminal) => createDlq({ ...terminal, stack: null, signal }),
    { KAFKA_BROKERS },
    ['list'],
  )

  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(message)
})

it('explains itself', async () => {
  const { code, out } = await dlq('replay', '--help')

  expect(code).toBe(0)
  expect(out).toContain('USAGE npm run dlq -- replay [OPTIONS] [IDS]')
})

it('exits with 0 as a process if it succeeds', async () => {
  const topic = uniqueName('note.events')
  await writeLetters([{ topic, offset: 1 }])

  const done = await runProcess(script, env, ['list', '--topic', topic])

  expect(done).toEqual(await dlq('list', '--topic', topic))
})

it('stops replaying at Ctrl-C as a process, and says how many were sent', async () => {
  const topic = await createTopic()
  await writeLetters([1, 2, 3].map((offset) => ({ topic, offset })))
  const records = await watch(topic)

  const replay = startProcess(script, env, ['replay', '--topic', topic, '--rate=0.01'])
  await waitFor(() => records.length === 1)
  replay.interrupt()

  expect(await replay.ended).toEqual({
    code: 1,
    out: '',
    err: 'Stopped after 1 of 3: you stopped it. The letters are all still there',
  })
})
