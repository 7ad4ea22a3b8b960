import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { courseDeployedStaging, courseGenerationCompleted, type EventDefinition, parseEvent } from '@coursewire/events'
import { createKafka, createTopics, type KafkaSource, watchTopic } from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { type KafkaServer, ownKafka, waitFor } from '@coursewire/servers'
import { createLogger, runCommandLine } from '@coursewire/service-kit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createCourseFactory } from '../src/course-factory.ts'

const topic = courseGenerationCompleted.topic
const definitions = new Map<string, EventDefinition>(
  [courseGenerationCompleted, courseDeployedStaging].map((definition) => [definition.type, definition]),
)

async function run(args: string[], brokers: string[] = []) {
  const printed: string[] = []
  const noted: string[] = []
  const terminal = {
    env: { KAFKA_BROKERS: brokers.join(',') },
    print: (text: string) => void printed.push(text),
    note: (text: string) => void noted.push(text),
  }
  const code = await runCommandLine(createCourseFactory({ ...terminal, stack: null }), args, terminal)
  return { code, printed: printed.join('\n'), noted: noted.join('\n') }
}

describe('course-factory publish', () => {
  let server: KafkaServer
  const records: KafkaSource[] = []
  let watcher: { close(): Promise<void> }

  beforeAll(async () => {
    server = await ownKafka()
    const logger = createLogger({ service: 'test', level: 'silent' })
    const kafka = createKafka({ clientId: 'test', brokers: server.brokers, logger })
    await createTopics(kafka, topicsFor('local'))
    watcher = await watchTopic(kafka, topic, (record) => records.push(record))
  })
  afterAll(async () => {
    await watcher.close()
    await server.stop()
  })

  /** Publishes, and returns the command's output and the records at the positions that it printed. */
  async function publish(...args: string[]) {
    const { code, printed, noted } = await run(['publish', ...args, '--json'], server.brokers)
    expect({ code, noted }).toEqual({ code: 0, noted: '' })
    const told: { what: string; eventId: string | null; topic: string; partition: number; offset: number }[] =
      JSON.parse(printed)
    return Promise.all(
      told.map(async (place) => {
        const isThere = ({ partition, offset }: KafkaSource) => partition === place.partition && offset === place.offset
        const record = await waitFor(() => records.find(isThere), { message: JSON.stringify(place) })
        return { ...place, record, read: parseEvent(record.value ?? Buffer.alloc(0), definitions, 'anybody') }
      }),
    )
  }

  it('publishes a fixture as a current event, in the tenant of the stack', async () => {
    const [sent, ...others] = await publish('course.generation.completed', 'title=Gardens for {n}', 'total_lessons:=7')

    expect(others).toEqual([])
    expect(sent?.record.key?.toString()).toBe('course_456def')
    expect(sent?.read).toMatchObject({
      ok: true,
      event: {
        id: sent?.eventId,
        payload: { title: 'Gardens for 1', total_lessons: 7, language: 'de', tenant_id: 'local' },
        meta: { tenant_id: 'local', producer: 'course_factory' },
      },
    })
    expect(sent?.eventId).not.toBe('0b9f6a7e-5c1d-4e2f-8a3b-000000000010')
    expect(sent?.read).not.toMatchObject({ event: { payload: { completed_at: '2025-12-28T09:00:00Z' } } })
  })

  it('publishes a payload from its fields, with the named type', async () => {
    const [sent] = await publish(
      '--type=course.deployed.staging',
      'course_id=course-1',
      'staging_url=https://staging.example.com/=?',
      '--tenant=acme',
    )

    expect(sent?.read).toMatchObject({
      ok: true,
      event: {
        type: 'course.deployed.staging',
        payload: { course_id: 'course-1', staging_url: 'https://staging.example.com/=?' },
        meta: { tenant_id: 'acme' },
      },
    })
  })

  it('publishes a file unchanged except for the id', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'course-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'course.json')
    const payload = { course_id: 'c', title: 'T', language: 'en', completed_at: '2026-01-01T00:00:00Z', unknown: [1] }
    const event = {
      id: 'from-elsewhere',
      type: 'course.generation.completed',
      timestamp: '2026-01-01T00:00:00Z',
      payload,
      meta: { schema_version: '1.3', producer: 'another', tenant_id: 'theirs' },
    }
    writeFileSync(file, JSON.stringify(event))

    const [renewed] = await publish(file)
    const [repeated] = await publish(file, '--same-id')

    expect(renewed?.read).toMatchObject({ ok: true, envelope: { payload, meta: { tenant_id: 'theirs' } } })
    expect(renewed?.eventId).not.toBe('from-elsewhere')
    expect(repeated?.read).toMatchObject({ ok: true, envelope: { ...event, meta: { producer: 'another' } } })
  })

  it('publishes the requested number of events, each with its own id', async () => {
    const { code, printed } = await run(
      ['publish', 'course.generation.completed', 'course_id=many-{n}', '--times', '2000'],
      server.brokers,
    )

    expect(code).toBe(0)
    expect(printed).toMatch(/^TOPIC +PARTITION +FROM +TO +RECORDS\n/)
    expect(printed).toMatch(/\n2000 sent$/)
    const isOurs = ({ key }: KafkaSource) => key?.toString().startsWith('many-')
    await waitFor(() => records.filter(isOurs).length === 2_000)
    const ids = records.filter(isOurs).map(({ value }) => JSON.parse(String(value)).id)
    expect(new Set(ids).size).toBe(2_000)
  })

  it('publishes the same bytes again under the same id', async () => {
    const sent = await publish('course.deployed.staging', '--same-id', '--times=3')

    expect(new Set(sent.map(({ eventId }) => eventId))).toEqual(new Set(['0b9f6a7e-5c1d-4e2f-8a3b-000000000011']))
    expect(new Set(sent.map(({ record }) => record.value?.toString())).size).toBe(1)
    expect(new Set(sent.map(({ offset }) => offset)).size).toBe(3)
  })

  it('publishes unreadable records among readable events', async () => {
    const sent = await publish('course.generation.completed', '--times=2', '--garbage')

    expect(sent.map(({ what, read }) => [what, read.ok || read.reason])).toEqual([
      ['course.generation.completed', true],
      ['random bytes', 'not-an-envelope'],
      ['broken JSON', 'not-an-envelope'],
      ['wrong version', 'unsupported-version'],
      ['course.generation.completed', true],
      ['tombstone', 'not-an-envelope'],
      ['huge', 'not-an-envelope'],
    ])
    expect(sent.find(({ what }) => what === 'tombstone')?.record.value).toBeNull()
    expect(new Set(sent.map(({ partition }) => partition)).size).toBe(1)
    // None of them counts as a repeat of another.
    const envelopes = sent.flatMap(({ read }) => ('envelope' in read && read.envelope ? [read.envelope] : []))
    expect(new Set(envelopes.map(({ id }) => id)).size).toBe(3)
    expect(new Set(envelopes.map(({ meta }) => meta.stream_message_id)).size).toBe(3)
  })

  it.each([
    ['nothing', [], 2, 'Expected a fixture'],
    [
      'an unknown fixture',
      ['course.imagined'],
      2,
      'Choose one of course.generation.completed and course.deployed.staging',
    ],
    ['an event of somebody else', ['enrollment.completed'], 2, 'There is no fixture enrollment.completed'],
    ['a missing file', ['./missing.json'], 2, 'There is no file ./missing.json'],
    ['two fixtures', ['course.deployed.staging', 'course.generation.completed'], 2, 'Expected one fixture or file'],
    ['a missing field', ['title=T', 'language=de'], 2, '→ at course_id'],
    ['an invalid field', ['course.generation.completed', 'total_lessons=7'], 2, '→ at total_lessons'],
    ['a field that is not JSON', ['total_lessons:=seven'], 2, 'expects JSON'],
    ['an unknown type', ['title=T', '--type=course.imagined'], 2, '→ at type'],
    ['no number', ['course.deployed.staging', '--times=many'], 2, '→ at times'],
    ['an unknown option', ['course.deployed.staging', '--twice'], 2, "Unknown option '--twice'"],
    ['no stack', ['course.deployed.staging'], 1, 'Nothing is running here: run npm start or docker compose up first'],
  ])('explains what is wrong with %s', async (_, args, code, message) => {
    const outcome = await run(['publish', ...args])

    expect(outcome).toMatchObject({ code, printed: '', noted: expect.stringContaining(message) })
  })

  it('says which broker does not answer, and why', async () => {
    const outcome = await run(['publish', 'course.deployed.staging'], ['127.0.0.1:1'])

    expect(outcome).toMatchObject({ code: 1, noted: expect.stringMatching(/^Kafka at 127.0.0.1:1 .*ECONNREFUSED/) })
  })
})
