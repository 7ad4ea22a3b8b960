import { randomUUID } from 'node:crypto'
import {
  accountVerificationRequested,
  type EventDefinition,
  type EventEnvelope,
  enrollmentCompleted,
  toKafkaRecord,
} from '@coursewire/events'
import { createKafka, createTopics } from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { ownKafka, waitFor } from '@coursewire/servers'
import { anEnrollment } from '@coursewire/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { anAccountEvent } from './account-events.ts'
import { logger, openLedger } from './ledger.ts'
import { aRequest, serve, startNeighbours, startSes } from './neighbours.ts'
import { runMails, startWorker } from './processes.ts'

const ledger = await openLedger()
const broker = await ownKafka()
const kafka = createKafka({ clientId: 'test', brokers: broker.brokers, logger })
const producer = kafka.producer()

beforeAll(async () => {
  await createTopics(kafka, topicsFor('local'))
  await producer.connect()
})
afterAll(async () => {
  await producer.disconnect()
  await broker.stop()
})
beforeEach(() => ledger.clear())

async function publish(
  event: EventEnvelope<string, object>,
  times = 1,
  definition: EventDefinition = enrollmentCompleted,
) {
  const { topic, key, value, headers } = toKafkaRecord(definition, event)
  const message = { key, value: Buffer.from(value), headers: Object.fromEntries(headers) }
  await producer.send({ topic, messages: Array(times).fill(message) })
}

async function startWorld() {
  const neighbours = await startNeighbours()
  const ses = await startSes()
  const env = {
    ...ses.env,
    ...neighbours.env,
    DATABASE_URL: ledger.databaseUrl,
    KAFKA_BROKERS: broker.brokers.join(','),
  }
  return { neighbours, ses, env }
}

const until = (studentId: string, status: string, activation = 1) =>
  waitFor(
    async () => {
      const emails = await ledger.list()
      return emails.find((email) => {
        return email.recipient === studentId && email.activation === activation && email.status === status
      })
    },
    { message: `the mail to be ${status}`, timeoutMs: 45_000 },
  )

/** The state that a killed worker leaves, and what the next worker makes of it. */
const moments = [
  { moment: 'prepared', when: 'before the claim', left: 'pending', ends: 'sent', mails: 1 },
  { moment: 'claimed', when: 'after the claim', left: 'sending', ends: 'unknown', mails: 0 },
  { moment: 'answered', when: 'after SES accepted', left: 'sending', ends: 'unknown', mails: 1 },
  { moment: 'recorded', when: 'after the record', left: 'sent', ends: 'sent', mails: 1 },
  { moment: 'before the offset commit', when: 'before the offset commit', left: 'pending', ends: 'sent', mails: 1 },
  { moment: 'during the offset commit', when: 'during the offset commit', left: 'pending', ends: 'sent', mails: 1 },
]

test.each(moments)(
  'if a worker is killed $when, the mail ends as $ends and SES has accepted $mails',
  async (expected) => {
    const { neighbours, ses, env } = await startWorld()
    let release = () => undefined as void
    if (expected.moment.endsWith('offset commit')) {
      neighbours.state.hold = new Promise((resolve) => {
        release = resolve
      })
    }
    const event = anEnrollment()
    const { student_id: studentId, enrollment_id } = event.payload

    const victim = startWorker(env, expected.moment)
    await victim.waitForLine('Started consuming events')
    await publish(event)
    expect(await victim.ended).toEqual([null, 'SIGKILL'])
    release()
    const { id } = await until(studentId, expected.left)

    await ledger.age('61 seconds')
    await ledger.makeDue()
    const heir = startWorker(env)
    expect(await until(studentId, expected.ends)).toMatchObject({ id })
    // This event has the same key, so when it is done, everything before it has been consumed again.
    await publish(anEnrollment({ student_id: studentId, enrollment_id, activation: 2 }))
    await until(studentId, 'sent', 2)

    expect((await ses.readInbox()).filter(({ tags }) => tags['send_id'] === id)).toHaveLength(expected.mails)
    expect(await ledger.list()).toHaveLength(2)
    const { out } = await runMails(ledger.databaseUrl, 'unknown', '--json')
    expect(JSON.parse(out).map((email: { id: string }) => email.id)).toEqual(expected.ends === 'unknown' ? [id] : [])
    expect(await heir.stop()).toBe(0)
  },
)

test('a record that arrives three times is one mail, and the log shows the duplicates', async () => {
  const { ses, env } = await startWorld()
  const worker = startWorker(env)
  const event = anEnrollment({ source: 'gift' })
  const { student_id: studentId } = event.payload

  await publish(event, 3)
  const { id, messageId, eventId, correlationId } = await until(studentId, 'sent')
  await worker.waitForLine('Duplicate event, skipping', 2)

  expect((await ses.readInbox()).map(({ tags }) => tags['send_id'])).toEqual([id])
  expect({ eventId, correlationId }).toEqual({ eventId: event.id, correlationId: event.meta.correlation_id })
  expect(worker.findLines('Received enrollment event')).toMatchObject([{ recordCount: 1 }])
  expect(worker.findLines('Processing enrollment email')).toMatchObject([{ studentId, source: 'gift', correlationId }])
  expect(worker.findLines('Email sent successfully')).toMatchObject([{ messageId }])
  expect(await worker.stop()).toBe(0)
})

test('neither the log nor the ledger has the token, the name or the address of an account mail', async () => {
  const { neighbours, ses, env } = await startWorld()
  await ses.setFault('throttle', 1)
  const event = anAccountEvent('verification')
  const { account_id: accountId } = event.payload
  neighbours.state.request = aRequest({ accountId })
  const worker = startWorker({ ...env, LOG_LEVEL: 'trace' })
  await publish(event, 1, accountVerificationRequested)
  await worker.waitForLine('Email postponed')
  await until(accountId, 'sent')
  expect(await worker.stop()).toBe(0)

  expect((await ses.readInbox())[0]?.text).toContain('#token=a-token_1')
  expect(worker.findLines('Processing account email')).toMatchObject([{ accountId }, { accountId }])
  const told = JSON.stringify([worker.lines, await ledger.list()])
  for (const secret of ['a-token_1', 'Anna', 'anna@example.com']) expect(told).not.toContain(secret)
})

test('an unreadable record becomes a dead letter, and the next mail is sent', async () => {
  const { env } = await startWorld()
  const worker = startWorker(env)
  const event = anEnrollment()
  const key = event.payload.enrollment_id
  const ofLater = { ...event, id: randomUUID(), meta: { ...event.meta, schema_version: '2.0' } }

  const messages = [null, 'garbage', JSON.stringify(ofLater)].map((value) => ({ key, value }))
  await producer.send({ topic: enrollmentCompleted.topic, messages })
  await publish(event)
  await until(event.payload.student_id, 'sent')

  const admin = kafka.admin()
  await waitFor(async () => {
    const offsets = await admin.fetchTopicOffsets('email-worker.dlq')
    return offsets.reduce((sum, { high }) => sum + Number(high), 0) === 3
  })
  await admin.disconnect()
  expect(await worker.stop()).toBe(0)
})

test('what becomes of a mail goes to Kafka', async () => {
  const { env } = await startWorld()
  const worker = startWorker(env)
  const event = anEnrollment()

  await publish(event)
  await until(event.payload.student_id, 'sent')

  const admin = kafka.admin()
  await waitFor(async () => {
    const offsets = await admin.fetchTopicOffsets('email.events.v1')
    return offsets.some(({ high }) => Number(high) > 0)
  })
  await admin.disconnect()
  expect(await worker.stop()).toBe(0)
})

test('health and metrics are served', async () => {
  const { ses, env } = await startWorld()
  await ses.setFault('accept-then-drop', 1)
  const worker = startWorker(env)
  const url = await worker.findUrl()
  const get = async (path: string) => {
    const response = await fetch(new URL(path, url))
    return { status: response.status, text: await response.text() }
  }

  expect((await get('/health/live')).status).toBe(200)
  await waitFor(async () => (await get('/health/ready')).status === 200)
  const event = anEnrollment()
  await publish(event)
  await until(event.payload.student_id, 'unknown')

  await waitFor(async () => /^emails_unknown(\{.*\})? 1\b/m.test((await get('/metrics')).text))
  const { text } = await get('/metrics')
  expect(text).toMatch(/^emails_total\{.*outcome="unknown".*\} 1\b/m)
  expect(text).toMatch(/^emails_oldest_pending_seconds(\{.*\})? 0\b/m)
  expect(text).toMatch(/^consumer_in_group(\{.*\})? 1\b/m)
})

test('the worker is ready while it runs, whichever dependency is down', async () => {
  const { env } = await startWorld()
  const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nowhere', KAFKA_BROKERS: '127.0.0.1:9' }
  const worker = startWorker({ ...env, ...nowhere })
  const url = await worker.findUrl()

  expect((await fetch(new URL('/health/ready', url))).status).toBe(200)
})

/** Starts an SES that answers only after `open` is called. */
async function startSlowSes(url: string) {
  const arrived = withResolvers()
  const open = withResolvers()
  const slow = await serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    if (body.includes('Action=SendRawEmail')) {
      arrived.resolve()
      await open.promise
    }
    const headers = { 'content-type': String(request.headers['content-type']) }
    const answer = await fetch(url, { method: 'POST', headers, body })
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(await answer.text())
  })
  return { url: slow, arrived: arrived.promise, open: open.resolve }
}

function withResolvers() {
  let resolve = () => undefined as void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

test('a worker that is stopped while SES takes six seconds for a mail waits and records that it was sent', async () => {
  const { ses, env } = await startWorld()
  const slowSes = await startSlowSes(ses.url)
  const worker = startWorker({ ...env, AWS_ENDPOINT_URL_SES: slowSes.url })
  await worker.waitForLine('Started consuming events')
  const event = anEnrollment()
  await publish(event)
  await slowSes.arrived

  const stopped = worker.stop()
  setTimeout(slowSes.open, 6_000)

  expect(await stopped).toBe(0)
  const [email] = await ledger.list()
  expect(email).toMatchObject({ recipient: event.payload.student_id, status: 'sent' })
  expect((await ses.readInbox()).map(({ id }) => id)).toEqual([email?.messageId])
})
