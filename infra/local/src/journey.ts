import { randomBytes } from 'node:crypto'
import { enrollmentCompleted } from '@coursewire/events'
import { type KafkaSource, watchTopic } from '@coursewire/messaging'
import { tenant } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { callApi } from '@coursewire/setup'
import pg from 'pg'
import type { Product } from './stack.ts'

export type Learner = { email: string; password: string }
export type Step = { name: string; details: string }

export type PublishedMessage = { message: string; messageAttributes: Record<string, { value: string }> }
export type Mail = {
  id: string
  to: string[]
  subject: string
  html: string
  text: string
  tags: Record<string, string>
}
type Enrollment = { id: string; userId: string; courseId: string }

// Everything that is killed on the way is back within this time.
const patience = { timeoutMs: 60_000, intervalMs: 50 }

/** Creates a new student. */
export async function createLearner(stack: Product, locale = 'en'): Promise<Learner> {
  const learner = {
    email: `learner-${randomBytes(4).toString('hex')}@example.com`,
    password: randomBytes(12).toString('hex'),
  }
  await stack.runAccountsCli(
    ['create-user', '--tenant', tenant, '--email', learner.email, '--name', 'Ada Learner', '--locale', locale],
    learner.password,
  )
  return learner
}

/** Collects every record of `enrollment.events.v1`, existing and new ones, until it is closed. */
export async function watchEnrollments({ kafkaClient }: Product) {
  const records: KafkaSource[] = []
  const watcher = await watchTopic(kafkaClient, enrollmentCompleted.topic, (record) => records.push(record))
  return { records, close: () => watcher.close() }
}

/**
 * Follows one enrolment all the way, and yields each step once it has really happened. Keeps asking while a process is down, and gives up
 * with an error after a minute.
 */
export async function* takeJourney(
  stack: Product,
  { learner, courseId, onKafka }: { learner: Learner; courseId: string; onKafka: readonly KafkaSource[] },
): AsyncGenerator<Step, Enrollment> {
  const { enrollmentApi } = stack.urls
  const signIn = () => callApi<{ token: string }>(`${enrollmentApi}/auth/signin`, { body: learner })
  const { token } = await waitFor(signIn, patience)
  yield { name: 'signed in', details: learner.email }

  // Repeats the request if the answer was lost, because enrolling twice enrols once.
  const enroll = () => callApi<Enrollment>(`${enrollmentApi}/api/enrollments`, { token, body: { courseId } })
  const enrollment = await waitFor(enroll, patience)
  yield { name: 'enrolled', details: `${enrollment.status}, enrollment ${enrollment.id}` }

  const record = await waitFor(() => onKafka.find(({ value }) => value?.includes(enrollment.id)), {
    ...patience,
    message: 'the event on Kafka',
  })
  const place = `partition ${record.partition}, offset ${record.offset}`
  yield { name: 'on Kafka', details: `${enrollmentCompleted.topic}, ${place}` }

  const message = await waitFor(async () => (await findPublished(stack, enrollment.id))[0], {
    ...patience,
    message: 'the message on SNS',
  })
  yield { name: 'on SNS', details: `event ${message.messageAttributes['event_id']?.value}` }

  const entry = await waitFor(
    async () => {
      const row = await readLedger(stack, enrollment.userId)
      return row?.status === 'pending' || row?.status === 'sending' ? undefined : row
    },
    { ...patience, timeoutMs: 120_000, message: 'the mail to be settled' },
  )
  if (entry.status === 'unknown') {
    yield { name: 'mail unknown', details: `listed by npm run mails -- unknown (${entry.id})` }
    return enrollment
  }
  if (entry.status !== 'sent') throw new Error(`The mail is ${entry.status}: ${entry.reason}`)
  yield { name: 'mail accepted', details: `by SES as ${entry.message_id}` }

  const mail = await waitFor(async () => (await findMails(stack, learner)).at(-1), {
    ...patience,
    message: 'the mail in the inbox',
  })
  yield { name: 'mail in the inbox', details: `${mail.subject}  ${stack.urls.aws}/#${mail.id}` }
  return enrollment
}

export async function findPublished({ urls }: Product, enrollmentId: string): Promise<PublishedMessage[]> {
  const messages = (await (await fetch(`${urls.aws}/_published?from=-1000`)).json()) as PublishedMessage[]
  return messages.filter(({ messageAttributes }) => messageAttributes['enrollment_id']?.value === enrollmentId)
}

export async function findMails({ urls }: Product, { email }: Learner): Promise<Mail[]> {
  const mails = (await (await fetch(`${urls.aws}/_inbox?from=-1000`)).json()) as Mail[]
  return mails.filter(({ to }) => to.some((address) => address.includes(email)))
}

export type LedgerRow = { id: string; status: string; message_id: string | null; reason: string | null }

export async function readLedger({ databases }: Product, studentId: string): Promise<LedgerRow | undefined> {
  const client = new pg.Client({ connectionString: databases.email.databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<LedgerRow>(
      `SELECT id, status, message_id, reason FROM emails WHERE recipient = $1 AND template = 'welcome'`,
      [studentId],
    )
    return rows[0]
  } finally {
    await client.end()
  }
}
