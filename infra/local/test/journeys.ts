import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { enrollmentCompleted } from '@coursewire/events'
import { publishRecords } from '@coursewire/messaging'
import { appNames, keyOf, memory } from '@coursewire/product'
import { type ServerProcess, waitFor } from '@coursewire/servers'
import { callApi, firstCourse } from '@coursewire/setup'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  findMails,
  findPublished,
  imagineLearner,
  type Learner,
  type LedgerRow,
  readLedger,
  signIn,
  takeJourney,
  tokenOf,
  watchEnrollments,
} from '../src/journey.ts'
import { followMails } from '../src/mail-ends.ts'
import type { Product } from '../src/stack.ts'
import { readNumbers, readStory } from '../src/story.ts'

const steps = [
  'signed up',
  'link in the inbox',
  'verified',
  'signed in',
  'enrolled',
  'on Kafka',
  'on SNS',
  'mail accepted',
  'mail in the inbox',
]
/** At the other steps the person waits for nothing. */
const stepsToKillAt = steps.filter((step) => step !== 'link in the inbox' && step !== 'signed in')
const courseId = firstCourse.course_id
const mailsCli = fileURLToPath(new URL('../../../apps/email-worker/dist/cli.js', import.meta.url))

/** Runs the same journeys on any product that `start` starts. They are skipped if something is missing. */
export function describeJourneys(start: () => Promise<Product>, obstacle: string | null = null): void {
  let stack: Product
  let events: Awaited<ReturnType<typeof watchEnrollments>>

  beforeAll(async () => {
    if (obstacle) return
    stack = await start()
    events = await watchEnrollments(stack)
  }, 900_000)

  beforeEach(({ skip }) => {
    if (obstacle) skip(obstacle)
  })

  afterAll(async () => {
    await events?.close()
    await stack?.stop()
  }, 60_000)

  /** Makes the whole journey and calls `disturb` after the named step. Returns what must hold in any case. */
  async function travel(disturbAt?: string, disturb?: () => Promise<void>) {
    const learner = imagineLearner()
    const journey = takeJourney(stack, { learner, courseId, onKafka: events.records })
    const names: string[] = []
    let recovery: Promise<void> = Promise.resolve()
    let next = await journey.next()
    for (; !next.done; next = await journey.next()) {
      names.push(next.value.name)
      if (next.value.name === disturbAt && disturb) recovery = disturb()
    }
    await recovery
    await settle()
    return { learner, names, enrollment: next.value }
  }

  /** Waits until nothing is on its way any more, so that every repeat has arrived. */
  async function settle(): Promise<void> {
    await waitFor(() => isOutboxEmpty(stack.databases.enrollment.databaseUrl), { timeoutMs: 60_000 })
    const admin = stack.kafkaClient.admin()
    await admin.connect()
    try {
      await waitFor(
        async () => {
          const ends = await admin.fetchTopicOffsets(enrollmentCompleted.topic)
          const [committed] = await admin.fetchOffsets({ groupId: 'email-worker', topics: [enrollmentCompleted.topic] })
          return ends.every(({ partition, high }) =>
            committed?.partitions.some(
              (place) => (place.partition === partition && Number(place.offset) >= Number(high)) || high === '0',
            ),
          )
        },
        { timeoutMs: 60_000, intervalMs: 100, message: 'email-worker to have read everything' },
      )
    } finally {
      await admin.disconnect()
    }
  }

  async function isOutboxEmpty(databaseUrl: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    const { rows } = await client.query('SELECT count(*)::int AS count FROM outbox')
    await client.end()
    return rows[0].count === 0
  }

  /** Returns all copies of an enrolment's event that are on Kafka now. */
  async function readEvents(enrollmentId: string): Promise<Buffer[]> {
    const admin = stack.kafkaClient.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(enrollmentCompleted.topic)
    await admin.disconnect()
    const total = ends.reduce((sum, { high }) => sum + Number(high), 0)
    await waitFor(() => events.records.length >= total, { message: 'all events to be read' })
    return events.records.flatMap(({ value }) => (value?.includes(enrollmentId) ? [value] : []))
  }

  async function listUnknown(): Promise<LedgerRow[]> {
    const env = { ...process.env, DATABASE_URL: stack.databases.email.databaseUrl }
    const { stdout } = await promisify(execFile)(process.execPath, [mailsCli, 'unknown', '--json'], { env })
    return JSON.parse(stdout) as LedgerRow[]
  }

  async function expectOneOfEach(learner: Learner, enrollment: { id: string; userId: string }): Promise<void> {
    const { token } = await signIn(stack, learner)
    const { items } = await callApi<{ items: { id: string }[] }>(`${stack.urls.enrollmentApi}/api/enrollments`, {
      token,
    })
    expect(items.map(({ id }) => id)).toEqual([enrollment.id])

    const copies = await readEvents(enrollment.id)
    expect(new Set(copies.map(String)).size).toBe(1)
    const eventId = JSON.parse(String(copies[0])).id

    const published = await findPublished(stack, enrollment.id)
    expect(new Set(published.map(({ message }) => message)).size).toBe(1)
    expect(new Set(published.map(({ messageAttributes }) => messageAttributes['event_id']?.value))).toEqual(
      new Set([eventId]),
    )

    const mails = (await findMails(stack, learner)).filter((mail) => !tokenOf(mail))
    const row = await readLedger(stack, enrollment.userId)
    if (row?.status === 'unknown') {
      expect((await listUnknown()).map(({ id }) => id)).toContain(row.id)
      expect(mails.length).toBeLessThanOrEqual(1)
    } else {
      expect(['sent', 'delivered']).toContain(row?.status)
      expect(mails.map(({ id }) => id)).toEqual([row?.message_id])
    }
  }

  describe('the whole journey', () => {
    it('starts with a sign-up, crosses Kafka, and ends with the welcome mail', async () => {
      const { learner, names, enrollment } = await travel()

      expect(names).toEqual(steps)
      await expectOneOfEach(learner, enrollment)
      const mail = (await findMails(stack, learner)).at(-1)
      expect(mail?.subject).toContain(firstCourse.title)
      expect(mail?.text).toContain('Ada Learner')
      const [, link = ''] = /href="(http[^"]*\/courses\/[^"]*)"/.exec(mail?.html ?? '') ?? []
      expect(await (await fetch(link)).text()).toContain(`>${firstCourse.title}</h1>`)
    })

    it('goes on until a mail is delivered, is sent again on request, and comes back', async () => {
      const { learner } = await travel()
      const names: string[] = []

      for await (const { name } of followMails(stack, learner, courseId)) names.push(name)

      expect(names).toEqual(['mail delivered', 'sent again', 'mail bounced', 'not sent again'])
    })

    it('can be read back from the audit log, each event after its cause', async () => {
      const { learner } = await travel()
      const events: string[] = []

      for await (const { name, details } of readStory(stack, learner)) {
        events.push(`${name} ${details.slice(details.indexOf('because'))}`)
      }

      expect(events).toEqual([
        expect.stringMatching(/^enrollment\.completed because of the request [\w-]+$/),
        'email.sent because of enrollment.completed',
        'email.delivered because of enrollment.completed',
      ])
    })

    it('counts among the enrolments of its course', async () => {
      await travel()
      const details: string[] = []

      for await (const step of readNumbers(stack, courseId)) details.push(step.details)

      expect(details).toEqual([
        expect.stringMatching(/28 days \(UTC\): views \d+, clicks \d+, enrolments [1-9]\d*, leaves \d+/),
      ])
    })

    it('ends with one mail even if the record is delivered three times', async () => {
      const { learner, enrollment } = await travel()
      const [value] = await readEvents(enrollment.id)
      if (!value) throw new Error('no event')
      const record = { topic: enrollmentCompleted.topic, key: enrollment.id, value, headers: [] }

      await publishRecords(stack.kafkaClient, [record, record])
      await settle()

      expect(await readEvents(enrollment.id)).toHaveLength(3)
      await expectOneOfEach(learner, enrollment)
    })
  })

  it.each(appNames)('%s lets its heap grow no further than declared', async (app) => {
    const metrics = await (await fetch(`${stack.urls[keyOf(app)]}/metrics`)).text()
    const [, limit] = /^nodejs_heap_limit_bytes (\d+)$/m.exec(metrics) ?? []

    // V8 adds three times the space for young objects: 16 MiB, or less in a container with little memory.
    expect(Number(limit) / 1024 ** 2).toBeGreaterThan(memory.heap)
    expect(Number(limit) / 1024 ** 2).toBeLessThanOrEqual(memory.heap + 48)
  })

  /** Kills the process with -9 when the journey has reached a step, and starts it again. */
  function travelThroughKill(step: string, server: Pick<ServerProcess, 'kill' | 'restart'>) {
    return travel(step, async () => {
      await server.kill()
      await server.restart()
    })
  }

  async function expectSurvived({ learner, names, enrollment }: Awaited<ReturnType<typeof travel>>): Promise<void> {
    expect(names.slice(0, 7)).toEqual(steps.slice(0, 7))
    expect(['mail in the inbox', 'mail unknown']).toContain(names.at(-1))
    await expectOneOfEach(learner, enrollment)
  }

  describe('nothing is lost and nothing comes twice', () => {
    // Three journeys run at once, so that each also meets the kills of the others. They are checked after all have ended, because only then
    // every app is up.
    it.each(stepsToKillAt)(
      'when a journey has come to "%s" and an app is killed, each of the three',
      async (step) => {
        const journeys = await Promise.all(Object.values(stack.apps).map((app) => travelThroughKill(step, app)))
        for (const journey of journeys) await expectSurvived(journey)
      },
      240_000,
    )

    it.each(stepsToKillAt)(
      'when the journey has come to "%s" and the broker is killed',
      async (step) => expectSurvived(await travelThroughKill(step, stack.kafka)),
      240_000,
    )
  })
}
