import { enrollmentCompleted } from '@coursewire/events'
import type { Base } from '@coursewire/local'
import { watchTopic } from '@coursewire/messaging'
import { consumers, deadLetterTopicOf } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { connect } from './app-processes.ts'
import type { SoakLoad } from './soak-load.ts'
import { countOutbox, readLag } from './soak-samples.ts'

const PAGE = 5_000

/** Resolves when everything is done: no row, record or mail is waiting. */
export async function waitUntilDrained(stack: Base, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const email = await connect(stack.databases.email.databaseUrl)
  try {
    await waitFor(
      async () => {
        const { rows } = await email.query<{ settled: number; open: number }>(
          `SELECT count(*) FILTER (WHERE status IN ('sent', 'delivered', 'unknown'))::int AS settled,
                  count(*) FILTER (WHERE status IN ('pending', 'sending'))::int AS open FROM emails`,
        )
        const [row] = rows
        const hasMails = row?.open === 0 && row.settled >= acknowledged.size
        return hasMails && (await countOutbox(stack)) === 0 && (await readLag(stack)) === 0
      },
      { timeoutMs: 900_000, intervalMs: 1_000, message: 'all work to be done' },
    )
  } finally {
    await email.end()
  }
}

/** Compares four records: the answers, the databases, the Kafka log, and what SNS and SES accepted. */
export async function checkOutcome(stack: Base, load: SoakLoad, log: (line: string) => void): Promise<string[]> {
  const problems: string[] = []
  const expect = (isTrue: boolean, problem: string) => void (isTrue || problems.push(problem))
  const [enrollment, email] = await Promise.all([
    connect(stack.databases.enrollment.databaseUrl),
    connect(stack.databases.email.databaseUrl),
  ])

  const stored = await enrollment.query<{ id: string; pair: string }>(
    `SELECT id, user_id || '/' || course_id AS pair FROM enrollments`,
  )
  const storedPairs = new Map(stored.rows.map(({ id, pair }) => [pair, id]))
  const lost = [...load.acknowledged].filter(([pair, id]) => storedPairs.get(pair) !== id)
  expect(lost.length === 0, `${lost.length} enrolments were answered but are not stored, such as ${lost[0]?.[0]}`)

  const onKafka = await readKafka(stack)
  const notOnKafka = stored.rows.filter(({ id }) => !onKafka.events.has(id))
  expect(notOnKafka.length === 0, `${notOnKafka.length} enrolments have no event on Kafka`)
  expect(
    onKafka.events.size === stored.rows.length,
    `${onKafka.events.size} enrolments on Kafka, ${stored.rows.length} stored`,
  )
  expect(onKafka.differing === 0, `${onKafka.differing} repeats on Kafka differ from their first`)

  const onSns = await readSns(stack)
  const differentSns = [...onKafka.events].filter(([id, eventId]) => onSns.events.get(id) !== eventId)
  expect(differentSns.length === 0, `${differentSns.length} enrolments are not on SNS under the id they have on Kafka`)
  expect(onSns.differing === 0, `${onSns.differing} repeats on SNS differ from their first`)

  const ledger = await email.query<{ pair: string; status: string; attempt: number }>(
    `SELECT recipient || '/' || fact AS pair, status, attempt FROM emails WHERE template = 'welcome'`,
  )
  const unknown = new Set(ledger.rows.filter(({ status }) => status === 'unknown').map(({ pair }) => pair))
  expect(
    ledger.rows.length === stored.rows.length,
    `${ledger.rows.length} mails are in the ledger for ${stored.rows.length} enrolments`,
  )
  const mails = await readMails(stack)
  const sentTwice = [...mails].filter(([, count]) => count > 1)
  expect(sentTwice.length === 0, `${sentTwice.length} mails were accepted twice, such as ${sentTwice[0]?.[0]}`)
  const sent = ledger.rows.length - unknown.size
  expect(
    mails.size >= sent && mails.size <= ledger.rows.length,
    `${mails.size} mails were accepted, ${sent} are recorded as sent`,
  )

  for (const topic of consumers.map(deadLetterTopicOf)) {
    const letters = await countRecords(stack, topic)
    expect(letters === 0, `${letters} dead letters on ${topic}`)
  }
  await Promise.all([enrollment.end(), email.end()])
  log(
    `${load.acknowledged.size} answered, ${stored.rows.length} stored, ${onKafka.events.size} on Kafka (${onKafka.repeats} repeats), ` +
      `${onSns.events.size} on SNS (${onSns.repeats} repeats), ${mails.size} mails accepted, ${unknown.size} unknown`,
  )
  return problems
}

interface Wire {
  /** The id of the event, by enrolment. */
  events: Map<string, string>
  repeats: number
  differing: number
}

function createWire() {
  const wire: Wire = { events: new Map(), repeats: 0, differing: 0 }
  const bodies = new Map<string, string>()
  return {
    wire,
    add(enrollmentId: string, eventId: string, body: string): void {
      const known = bodies.get(eventId)
      if (known === undefined) bodies.set(eventId, body)
      else wire.repeats += 1
      if (known !== undefined && known !== body) wire.differing += 1
      // One enrolment under two event ids would count as two enrolments.
      if ((wire.events.get(enrollmentId) ?? eventId) !== eventId) wire.differing += 1
      wire.events.set(enrollmentId, eventId)
    },
  }
}

async function readKafka(stack: Base): Promise<Wire> {
  const found = createWire()
  const end = await countRecords(stack, enrollmentCompleted.topic)
  let read = 0
  const watcher = await watchTopic(stack.kafkaClient, enrollmentCompleted.topic, ({ value }) => {
    read += 1
    const body = String(value)
    const { id, payload } = JSON.parse(body) as { id: string; payload: { enrollment_id: string } }
    found.add(payload.enrollment_id, id, body)
  })
  await waitFor(() => read >= end, { timeoutMs: 300_000, message: 'the whole topic' })
  await watcher.close()
  return found.wire
}

async function countRecords({ kafkaClient }: Base, topic: string): Promise<number> {
  const admin = kafkaClient.admin()
  await admin.connect()
  const offsets = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
}

async function* readAccepted<Entry>(url: string): AsyncGenerator<Entry> {
  for (let from = 0; ; from += PAGE) {
    const response = await fetch(`${url}?from=${from}&count=${PAGE}`)
    const entries = (await response.json()) as Entry[]
    yield* entries
    if (entries.length < PAGE) return
  }
}

async function readSns({ urls }: Base): Promise<Wire> {
  const found = createWire()
  interface Published {
    message: string
    messageAttributes: Record<string, { value: string }>
  }
  for await (const { message, messageAttributes } of readAccepted<Published>(`${urls.aws}/_published`)) {
    found.add(messageAttributes['enrollment_id']?.value ?? '', messageAttributes['event_id']?.value ?? '', message)
  }
  return found.wire
}

/** Counts how often each mail of the ledger was accepted. */
async function readMails({ urls }: Base): Promise<Map<string, number>> {
  const accepted = new Map<string, number>()
  for await (const { tags } of readAccepted<{ tags: Record<string, string> }>(`${urls.aws}/_inbox`)) {
    const id = tags['send_id'] ?? ''
    accepted.set(id, (accepted.get(id) ?? 0) + 1)
  }
  return accepted
}
