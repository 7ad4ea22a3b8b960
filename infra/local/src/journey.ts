import { randomBytes } from 'node:crypto'
import { enrollmentCompleted } from '@coursewire/events'
import { type KafkaSource, watchTopic } from '@coursewire/messaging'
import { tenant } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { ApiError, callApi } from '@coursewire/setup'
import pg from 'pg'
import type { Product } from './stack.ts'

export type Learner = { email: string; password: string; name: string; locale: string }
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
export const patience = { timeoutMs: 60_000, intervalMs: 50 }

/** A person without an account. */
export function imagineLearner(): Learner {
  return {
    email: `learner-${randomBytes(4).toString('hex')}@example.com`,
    password: randomBytes(12).toString('hex'),
    name: 'Ada Learner',
    locale: 'en',
  }
}

/** Creates an account as an operator does: a student's, unless `flags` say otherwise. */
export async function createLearner(
  stack: Product,
  { flags = [], ...given }: { name?: string; email?: string; flags?: string[] } = {},
): Promise<Learner> {
  const learner = { ...imagineLearner(), ...given }
  const { email, name, locale, password } = learner
  await stack.runAccountsCli(
    ['create-user', '--tenant', tenant, '--email', email, '--name', name, '--locale', locale, ...flags],
    password,
  )
  return learner
}

export function signIn({ urls }: Pick<Product, 'urls'>, { email, password }: Learner) {
  return callApi<{ token: string }>(`${urls.enrollmentApi}/auth/signin`, { body: { email, password } })
}

/** Collects every record of `enrollment.events.v1`, existing and new ones, until it is closed. */
export async function watchEnrollments({ kafkaClient }: Product) {
  const records: KafkaSource[] = []
  const watcher = await watchTopic(kafkaClient, enrollmentCompleted.topic, (record) => records.push(record))
  return { records, close: () => watcher.close() }
}

/**
 * Follows a stranger who wants a course all the way to its welcome mail, and yields each step once it has really happened. Keeps asking while
 * a process is down, and gives up with an error after a minute.
 */
export async function* takeJourney(
  stack: Product,
  { learner, courseId, onKafka }: { learner: Learner; courseId: string; onKafka: readonly KafkaSource[] },
): AsyncGenerator<Step, Enrollment> {
  const { enrollmentApi } = stack.urls
  const signUp = () =>
    callApi(`${enrollmentApi}/auth/signup`, { body: { ...learner, pendingEnrollmentCourseId: courseId } })
  await waitFor(signUp, patience)
  yield { name: 'signed up', details: learner.email }

  const verification = await waitForLink(stack, learner, () => waitFor(signUp, patience))
  yield { name: 'link in the inbox', details: `${verification.subject}  ${stack.urls.aws}/#${verification.id}` }

  const wanted = await waitFor(() => openLink(stack, learner, courseId), patience)
  yield { name: 'verified', details: `wants the course ${wanted}` }

  const { token } = await waitFor(() => signIn(stack, learner), patience)
  yield { name: 'signed in', details: learner.email }

  // Repeats the request if the answer was lost, because enrolling twice enrols once.
  const body = { courseId: wanted, source: 'auto' }
  const enroll = () => callApi<Enrollment>(`${enrollmentApi}/api/enrollments`, { token, body })
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
  if (entry.message_id === null) throw new Error(`The mail is ${entry.status}: ${entry.reason}`)
  yield { name: 'mail accepted', details: `by SES as ${entry.message_id}` }

  const mail = await waitFor(async () => (await findMails(stack, learner)).findLast((found) => !tokenOf(found)), {
    ...patience,
    message: 'the mail in the inbox',
  })
  yield { name: 'mail in the inbox', details: `${mail.subject}  ${stack.urls.aws}/#${mail.id}` }
  return enrollment
}

/** Waits for the mail with the link. If none comes, because it is `unknown` or was replaced, signs up again as a person would. */
async function waitForLink(stack: Product, learner: Learner, signUpAgain: () => Promise<unknown>): Promise<Mail> {
  const find = async () => (await findMails(stack, learner)).findLast(tokenOf)
  for (let tries = 1; ; tries += 1) {
    try {
      return await waitFor(find, { ...patience, timeoutMs: 30_000, message: 'the mail with the link' })
    } catch (error) {
      if (tries === 3) throw error
      await signUpAgain()
    }
  }
}

/**
 * Opens the newest link, and returns the course that was given back. If the answer to that was lost, the link is used up and the person knows
 * the course. If the answer to a sign-up was lost, the link is replaced, and the next mail has another one.
 */
async function openLink(stack: Product, learner: Learner, known: string): Promise<string | null> {
  const mail = (await findMails(stack, learner)).findLast(tokenOf)
  try {
    const answer = await callApi<{ pendingEnrollmentCourseId: string | null }>(
      `${stack.urls.enrollmentApi}/auth/verify-email`,
      { body: { token: mail && tokenOf(mail) } },
    )
    return answer.pendingEnrollmentCourseId
  } catch (error) {
    if (error instanceof ApiError && error.status === 410 && (await isVerified(stack, learner))) return known
    throw error
  }
}

async function isVerified({ databases }: Product, { email }: Learner): Promise<boolean> {
  return withDatabase(databases.enrollment.databaseUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM users WHERE email = $1 AND verified_at IS NOT NULL', [email])
    return rowCount === 1
  })
}

/** The token of the link in a mail about an account. */
export const tokenOf = ({ text }: Mail): string | undefined => /\/app\/[\w-]+#token=([\w-]+)/.exec(text)?.[1]

export async function findPublished({ urls }: Product, enrollmentId: string): Promise<PublishedMessage[]> {
  const messages = (await (await fetch(`${urls.aws}/_published?from=-1000`)).json()) as PublishedMessage[]
  return messages.filter(({ messageAttributes }) => messageAttributes['enrollment_id']?.value === enrollmentId)
}

export async function findMails({ urls }: Product, { email }: Pick<Learner, 'email'>): Promise<Mail[]> {
  const mails = (await (await fetch(`${urls.aws}/_inbox?from=-1000`)).json()) as Mail[]
  return mails.filter(({ to }) => to.some((address) => address.includes(email)))
}

export type LedgerRow = { id: string; status: string; message_id: string | null; reason: string | null }

export async function readLedger({ databases }: Product, studentId: string): Promise<LedgerRow | undefined> {
  return withDatabase(databases.email.databaseUrl, async (client) => {
    const { rows } = await client.query<LedgerRow>(
      `SELECT id, status, message_id, reason FROM emails WHERE recipient = $1 AND template = 'welcome'`,
      [studentId],
    )
    return rows[0]
  })
}

async function withDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
