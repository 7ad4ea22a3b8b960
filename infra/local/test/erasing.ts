import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KafkaSource, watchTopic } from '@coursewire/messaging'
import { appNames, topicsFor } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { callApi, firstCourse } from '@coursewire/setup'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { findMails, imagineLearner, signIn, takeJourney, watchEnrollments } from '../src/journey.ts'
import type { Stack } from '../src/stack.ts'

/** Defines a test that searches the running product for somebody who has erased the account. */
export function describeErasure(getProduct: () => { stack: Stack; directory: string }): void {
  const mark = (about: string) => `${about}${randomBytes(8).toString('hex')}`

  async function inDatabase<Result>(
    databaseUrl: string,
    work: (client: pg.Client) => Promise<Result>,
  ): Promise<Result> {
    // The app's role need not be able to read everything.
    const { pathname } = new URL(databaseUrl)
    const client = new pg.Client({
      connectionString: Object.assign(new URL(getProduct().stack.postgres.url), { pathname }).href,
    })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }

  /** The tables of all services with a row that has one of the marks, as text or as bytes, which a row shows in hexadecimal. */
  async function searchTables(marks: string[]): Promise<string[]> {
    const found: string[] = []
    const forms = marks.flatMap((each) => [each.toLowerCase(), Buffer.from(each).toString('hex')])
    for (const [database, { databaseUrl }] of Object.entries(getProduct().stack.databases)) {
      await inDatabase(databaseUrl, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
           WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
        )
        for (const { name } of rows) {
          const { rowCount } = await client.query(
            `SELECT FROM ${name} AS row, unnest($1::text[]) AS form WHERE strpos(lower(row::text), form) > 0 LIMIT 1`,
            [forms],
          )
          if (rowCount) found.push(`${database}: ${name}`)
        }
      })
    }
    return found
  }

  /** The topics with a record that has one of the marks. */
  async function searchTopics(marks: string[]): Promise<string[]> {
    const { kafkaClient } = getProduct().stack
    const admin = kafkaClient.admin()
    await admin.connect()
    const found: string[] = []
    for (const { topic } of topicsFor('local')) {
      const ends = await admin.fetchTopicOffsets(topic)
      const expected = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
      const records: KafkaSource[] = []
      const watcher = await watchTopic(kafkaClient, topic, (record) => records.push(record))
      await waitFor(() => records.length >= expected, { timeoutMs: 30_000, message: `all records of ${topic}` })
      await watcher.close()
      const texts = records.map(({ key, value, headers }) =>
        [key, value, ...headers.flat()].map((part) => part?.toString() ?? '').join(),
      )
      if (texts.some((text) => marks.some((each) => text.includes(each)))) found.push(topic)
    }
    await admin.disconnect()
    return found
  }

  function searchLogs(marks: string[]): string[] {
    return appNames.filter((app) => {
      const log = readFileSync(join(getProduct().directory, 'run', app, 'server.log'), 'utf8')
      return marks.some((each) => log.includes(each))
    })
  }

  describe('an account that is erased', () => {
    it('is found in no table, on no topic and in no log, whatever its owner has done', async () => {
      const { stack } = getProduct()
      const { enrollmentApi } = stack.urls
      const learner = { ...imagineLearner(), name: mark('Name'), password: mark('Password') }
      const [address, browser, comment] = [`${mark('new')}@example.com`, mark('Browser'), mark('Comment')]
      const marks = [learner.email, learner.name, learner.password, address, browser, comment]
      const watched = await watchEnrollments(stack)
      const journey = takeJourney(stack, { learner, courseId: firstCourse.course_id, onKafka: watched.records })
      let next = await journey.next()
      while (!next.done) next = await journey.next()
      const { userId, courseId } = next.value
      const { token } = await signIn(stack, learner)
      const call = <Answer>(path: string, options: { method?: 'PATCH' | 'DELETE'; body?: object } = {}) =>
        callApi<Answer>(`${enrollmentApi}${path}`, { token, ...options })
      await fetch(`${enrollmentApi}/auth/signin`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': `${browser} Firefox/140` },
        body: JSON.stringify({ email: learner.email, password: learner.password }),
      })
      await callApi(`${enrollmentApi}/auth/password-reset`, { body: { email: learner.email } })
      await call('/api/me', { method: 'PATCH', body: { email: address, currentPassword: learner.password } })
      await call(`/api/enrollments/${courseId}/progress`, { method: 'PATCH', body: { progress: 40 } })
      await call(`/api/enrollments/${courseId}`, { method: 'DELETE', body: { reason: 'other', comment } })
      await waitFor(async () => (await findMails(stack, { ...learner, email: address })).length > 0, {
        timeoutMs: 60_000,
        message: 'the mail to the new address',
      })

      // insights lets events wait for others.
      const countCourses = () =>
        inDatabase(stack.databases.insights.databaseUrl, async (client) => {
          const found = await client.query('SELECT FROM learner_courses WHERE student_id = $1', [userId])
          return found.rowCount
        })
      await waitFor(countCourses, { timeoutMs: 60_000, message: 'insights to know the course' })

      const exported = JSON.stringify(await call<object>('/api/me/export'))
      for (const each of [learner.email, learner.name, address, comment]) expect(exported).toContain(each)
      expect(exported).toMatch(/"email-worker":\{"mails":\[\{.*"template":"welcome"/)
      expect(exported).toMatch(/"insights":\{"courses":\[\{"courseId":/)
      expect(await searchTables(marks)).not.toEqual([])

      await call('/api/me', { method: 'DELETE', body: { password: learner.password } })

      for (const service of ['email', 'insights'] as const) {
        const isErased = (client: pg.Client) =>
          client
            .query('SELECT FROM erased_accounts WHERE account_id = $1', [userId])
            .then(({ rowCount }) => rowCount === 1)
        await waitFor(() => inDatabase(stack.databases[service].databaseUrl, isErased), {
          timeoutMs: 60_000,
          message: `${service} to know`,
        })
      }
      expect(await countCourses()).toBe(0)
      expect(await searchTables(marks)).toEqual([])
      expect(await searchTopics(marks)).toEqual([])
      expect(searchLogs(marks)).toEqual([])
      // The searches do find what is there.
      expect(await searchTopics([userId])).toContain('account.events.v1')
      expect(searchLogs([userId])).toContain('enrollment-api')
      await watched.close()
    }, 240_000)
  })
}
