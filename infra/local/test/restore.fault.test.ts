import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type AppName, feedbackUrlOf } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { bringInFirstCourse, callApi, type Editor, firstCourse, prepareServers } from '@coursewire/setup'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLearner, findMails, type Learner, readLedger, signIn } from '../src/journey.ts'
import { type Stack, startStack } from '../src/stack.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const runbook = readFileSync(new URL('../../runbooks/restore.md', import.meta.url), 'utf8')
const patience = { timeoutMs: 60_000, intervalMs: 100 }

let directory: string
let stack: Stack
let editor: Editor
let shim: ReturnType<typeof createServer>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coursewire-restore-'))
  stack = await startStack({
    directory,
    isTemporary: true,
    // Never given servers, because their data is deleted.
    order: ['docker', 'embedded'],
    log: (line) => process.stdout.write(`${line}\n`),
  })
  editor = (await bringInFirstCourse(stack)).editor
  copyFileSync(fileURLToPath(new URL('containers-shim.mjs', import.meta.url)), join(directory, 'docker'))
  chmodSync(join(directory, 'docker'), 0o755)
  shim = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
}, 300_000)

afterAll(async () => {
  shim?.close()
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
}, 60_000)

/** Runs the n-th block of commands below a heading of the runbook, unchanged. */
async function walk(heading: string, block = 0, since = new Date(0)): Promise<string> {
  const [, section = ''] = runbook.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  const script = [...own.matchAll(/```sh\n([^]*?)```/g)][block]?.[1]
  if (!script) throw new Error(`The runbook has no commands below "${heading}"`)
  const env = {
    ...process.env,
    PATH: `${directory}:${process.env['PATH']}`,
    DOCKER_SHIM: `http://127.0.0.1:${(shim.address() as AddressInfo).port}`,
    SINCE: since.toISOString(),
  }
  const running = promisify(execFile)('bash', ['-c', `set -euo pipefail\n${script}`], { cwd: directory, env })
  running.child.stdin?.end()
  return (await running).stdout
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { args, input } = JSON.parse(await text(request)) as { args: string[]; input: string }
    response.end(await perform(args, input))
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}

/** Does to our processes what the command would do to containers. */
async function perform(args: string[], input: string): Promise<string> {
  const command = args.join(' ')
  const [, verb, ...named] = args
  const apps = named.flatMap((name) => stack.apps[name as AppName] ?? [])
  if (command.startsWith('compose exec -T postgres ')) return askPostgres(args.slice(4), input)
  if (command === 'compose run --rm setup') {
    const { postgres, kafkaClient: kafka, urls, secrets } = stack
    await prepareServers({
      postgresUrl: postgres.url,
      kafka,
      awsUrl: urls.aws,
      feedbackUrl: feedbackUrlOf(urls.emailWorker),
      secrets,
      checkout: root,
    })
  } else if (verb === 'stop' && apps.length === named.length) {
    await Promise.all(apps.map((app) => app.stop()))
  } else if (verb === 'start' && apps.length === named.length) {
    await Promise.all(apps.map((app) => app.restart()))
  } else if (command === 'volume rm coursewire_kafka') {
    await loseTopics()
  } else if (command !== 'compose rm --stop --force kafka' && command !== 'compose up --detach --wait kafka') {
    throw new Error(`Nobody knows how to do this here: docker ${command}`)
  }
  return ''
}

/** Deletes all topics and with them all offsets, which is what matters when a broker loses its data. */
async function loseTopics(): Promise<void> {
  const admin = stack.kafkaClient.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'))
  await admin.deleteTopics({ topics })
  await waitFor(async () => !(await admin.listTopics()).some((topic) => topics.includes(topic)), patience)
  await admin.disconnect()
}

/** Stands in for pg_dump, because not every machine has the right version: a dump is a copy of the database, and the file has its name. */
async function askPostgres([tool, ...args]: string[], input: string): Promise<string> {
  if (tool === 'pg_dump') {
    const database = args.at(-1) ?? ''
    const dump = `${database}_dump`
    await query('postgres', `DROP DATABASE IF EXISTS ${dump}`)
    await waitFor(async () => {
      await query(
        'postgres',
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${database}'`,
      )
      return query('postgres', `CREATE DATABASE ${dump} TEMPLATE ${database}`)
    }, patience)
    return dump
  }
  if (tool === 'pg_restore') {
    const database = input.replace('_dump', '')
    await query('postgres', `CREATE DATABASE ${database} TEMPLATE ${input} OWNER ${database}_owner`)
    return ''
  }
  const valueOf = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined)
  const rows = await query(valueOf('-d') ?? 'postgres', valueOf('-c') ?? input)
  return rows.map((row) => `${Object.values(row).join('|')}\n`).join('')
}

async function query(database: string, statements: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: Object.assign(new URL(stack.postgres.url), { pathname: `/${database}` }).href,
  })
  await client.connect()
  try {
    return (await client.query(statements)).rows ?? []
  } finally {
    await client.end()
  }
}

async function enrol(learner: Learner): Promise<{ id: string; userId: string }> {
  const { token } = await signIn(stack, learner)
  return callApi(`${stack.urls.enrollmentApi}/api/enrollments`, { token, body: { courseId: firstCourse.course_id } })
}

const untilMailed = (learner: Learner, times: number) =>
  waitFor(async () => (await findMails(stack, learner)).length === times, {
    ...patience,
    message: `${times} mails to ${learner.email}`,
  })

type Entry = { id: string; visibility: string }

async function findEntry(): Promise<Entry> {
  const url = `${stack.urls.distributionService}/api/distributions?courseId=${firstCourse.course_id}`
  const { items } = await editor.call<{ items: Entry[] }>(url)
  if (!items[0]) throw new Error('The first course is not in the catalogue')
  return items[0]
}

/** Publishes or unpublishes the first course, and waits until enrollment-api knows it. */
async function setPublic(isPublic: boolean): Promise<void> {
  const { id } = await findEntry()
  const action = isPublic ? 'publish' : 'unpublish'
  await editor.call(`${stack.urls.distributionService}/api/distributions/${id}/${action}`, {
    body: isPublic ? {} : { reason: 'to be restored' },
  })
  await untilHeard(isPublic)
}

const untilHeard = (isPublic: boolean) =>
  waitFor(async () => {
    const [row] = await query('enrollment', 'SELECT is_public FROM distributions')
    return row?.['is_public'] === isPublic
  }, patience)

describe.sequential('an operator who follows the runbook', () => {
  it('restores the database of enrollment-api, which reads again that a course was unpublished', async () => {
    const learner = await createLearner(stack)
    await untilHeard(true)
    await walk('Backing up')
    await setPublic(false)

    await walk('The database of enrollment-api')

    await untilHeard(false)
    await expect(enrol(learner)).rejects.toThrow('course.not-found')
    await walk('The database of enrollment-api', 1)
    await setPublic(true)
    await walk('When all is well')
  }, 240_000)

  it('restores the database of email-worker, which sends the mails since the backup again', async () => {
    const learner = await createLearner(stack)
    await walk('Backing up')
    const { userId } = await enrol(learner)
    await untilMailed(learner, 1)

    await walk('The database of email-worker')

    await untilMailed(learner, 2)
    expect(await waitFor(async () => (await readLedger(stack, userId))?.message_id, patience)).not.toBe('')
    await walk('When all is well')
  }, 240_000)

  it('restores the databases of audit-log and insights, which read again what has happened since the backup', async () => {
    const learner = await createLearner(stack)
    await walk('Backing up')
    const { id } = await enrol(learner)
    const isStored = async () =>
      (await query('audit', `SELECT FROM records WHERE ids @> '{${id}}' AND type = 'enrollment.completed'`)).length ===
      1
    const countJoined = async () => {
      const [row] = await query('insights', 'SELECT coalesce(sum(joined), 0)::int AS joined FROM enrollments')
      return Number(row?.['joined'])
    }
    await waitFor(isStored, patience)
    await waitFor(async () => (await countJoined()) !== 0, patience)
    const joined = await countJoined()

    await walk('The databases of audit-log and insights')

    await waitFor(isStored, patience)
    await waitFor(async () => (await countJoined()) >= joined, patience)
    expect(await countJoined()).toBe(joined)
    await walk('When all is well')
  }, 240_000)

  it('restores the database of distribution-service, and repeats the work of editors', async () => {
    await walk('Backing up')
    const since = new Date()
    await setPublic(false)

    await walk('The database of distribution-service')

    const entry = await waitFor(findEntry, patience)
    expect(entry.visibility).toBe('public')
    const list = await walk('The database of distribution-service', 1, since)
    expect(list).toContain(`${entry.id}|${firstCourse.course_id}|false`)
    await setPublic(false)
    await setPublic(true)
    await walk('When all is well')
  }, 240_000)

  it('restores all databases, and a repeated enrolment sends no second mail', async () => {
    const learner = await createLearner(stack)
    await walk('Backing up')
    const { userId } = await enrol(learner)
    await untilMailed(learner, 1)

    await walk('All databases together')

    await untilMailed(learner, 2)
    expect(await query('enrollment', `SELECT FROM enrollments WHERE user_id = '${userId}'`)).toEqual([])
    const { id } = await enrol(learner)
    await untilPublished()
    await untilRead()
    expect(await query('enrollment', `SELECT FROM enrollments WHERE id = '${id}'`)).toHaveLength(1)
    await untilMailed(learner, 2)
    await walk('When all is well')
  }, 240_000)

  it('continues with a Kafka that has lost its data, and sends the mails that would be missing', async () => {
    const [heard, unheard, left] = [await createLearner(stack), await createLearner(stack), await createLearner(stack)]
    const since = new Date()
    await enrol(heard)
    await untilMailed(heard, 1)
    await stack.apps['email-worker'].stop()
    const { userId } = await enrol(unheard)
    const { userId: leftId } = await enrol(left)
    const { token } = await signIn(stack, left)
    const url = `${stack.urls.enrollmentApi}/api/enrollments/${firstCourse.course_id}`
    await callApi(url, { token, method: 'DELETE', body: { reason: 'no_time' } })
    await untilPublished()

    await walk('Kafka has lost its data')
    expect(await readLedger(stack, userId)).toBeUndefined()
    await walk('Kafka has lost its data', 1, since)

    await untilMailed(unheard, 1)
    const next = await createLearner(stack)
    await enrol(next)
    await untilMailed(next, 1)
    expect(await findMails(stack, heard)).toHaveLength(1)
    expect(await readLedger(stack, leftId)).toBeUndefined()
  }, 240_000)
})

const untilPublished = () =>
  waitFor(async () => (await query('enrollment', 'SELECT FROM outbox LIMIT 1')).length === 0, patience)

/** Waits until email-worker has read all enrolments on Kafka. */
async function untilRead(): Promise<void> {
  const admin = stack.kafkaClient.admin()
  await admin.connect()
  const topic = 'enrollment.events.v1'
  await waitFor(async () => {
    const ends = await admin.fetchTopicOffsets(topic)
    const [group] = await admin.fetchOffsets({ groupId: 'email-worker', topics: [topic] })
    const reached = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    return ends.every(({ partition, high }) => (reached.get(partition) ?? 0) >= Number(high))
  }, patience)
  await admin.disconnect()
}
