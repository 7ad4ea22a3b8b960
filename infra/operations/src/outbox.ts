import {
  COUNT_LIMIT,
  listParked,
  type OutboxStatus,
  type ParkedRow,
  readOutboxStatus,
  requeueParked,
} from '@coursewire/messaging'
import { type AppName, databases } from '@coursewire/product'
import {
  baseConfig,
  type CommandLine,
  type Database,
  defineAction,
  explain,
  formatTable,
  loadConfig,
  type Terminal,
  UsageError,
  withDatabase,
} from '@coursewire/service-kit'
import { z } from 'zod'
import type { RunningStack } from './running-stack.ts'

const apps = databases.map(({ app }) => app)

const json = z.boolean().default(false).describe('Print JSON')
const app = z
  .enum(apps)
  .optional()
  .describe(`Only of this app: ${apps.join(', ')}`)
const topic = z.string().min(1).optional().describe('Only for this topic')
const rowId = z.string().transform((text, context) => {
  const [, ofApp, channel, id] = /^(?:([a-z-]+)\/)?(kafka|sns)\/(\d{1,18})$/.exec(text) ?? []
  if (channel && id && (!ofApp || apps.some((name) => name === ofApp)))
    return { text, app: ofApp as AppName | undefined, channel, id }
  context.addIssue('Expected the id of a parked row as in the list: enrollment-api/kafka/17')
  return z.NEVER
})

/** A service's database. `app` is null for the one that DATABASE_URL names. */
interface Target {
  app: AppName | null
  url: string
}

/** The command with which operators inspect the outboxes and requeue parked rows. */
export function createOutbox({ env, stack, print }: Terminal & { stack: RunningStack | null }): CommandLine {
  function findTargets(only: AppName | undefined): Target[] {
    if (env['DATABASE_URL']) {
      if (only) throw new UsageError('--app chooses an app of the running stack; it cannot be used with DATABASE_URL')
      const { DATABASE_URL: url } = loadConfig(z.object({ DATABASE_URL: baseConfig.DATABASE_URL }), env)
      return [{ app: null, url }]
    }
    if (!stack)
      throw new Error(
        'Nothing is running here: run npm start or docker compose up first, or name a database in DATABASE_URL',
      )
    const targets = databases.flatMap(({ app: name, database }) => {
      const url = stack.postgres[database]?.databaseUrl
      return url && (!only || name === only) ? [{ app: name, url }] : []
    })
    if (targets.length === 0) throw new Error(`${only} is not in the running stack: restart npm start`)
    return targets
  }

  const status = defineAction({
    name: 'status',
    description: 'Shows the waiting and parked rows, and whether an instance relays them',
    input: z.object({ app, json }),
    async run(input) {
      const found = await ofEach(findTargets(input.app), readOutboxStatus)
      print(input.json ? JSON.stringify(found, null, 2) : formatTable(found.map(summarizeStatus)))
    },
  })

  const parked = defineAction({
    name: 'parked',
    description: 'Lists rows that their destination rejected for good, with the reason; the newest first',
    input: z.object({
      app,
      topic,
      limit: z.coerce.number().int().min(1).max(10_000).default(50).describe('The most rows to list per app'),
      json,
    }),
    async run(input) {
      const found = await ofEach(findTargets(input.app), (db) => listParked(db, input))
      if (input.json) print(JSON.stringify(found, null, 2))
      else print(found.length > 0 ? formatTable(found.map(summarizeParked)) : 'Nothing is parked')
    },
  })

  const requeue = defineAction({
    name: 'requeue',
    description: 'Moves parked rows back into the outbox; they are sent after later rows of their key',
    input: z.object({
      ids: z.array(rowId).describe('Ids from the list; or use --topic or --all instead'),
      app,
      topic,
      all: z.boolean().default(false).describe('All of them'),
    }),
    positionals: ['ids'],
    async run({ ids, all, ...input }) {
      if ([ids.length > 0, input.topic !== undefined, all].filter(Boolean).length !== 1) {
        throw new UsageError('Name the rows: give ids from the list, or --topic, or --all')
      }
      const targets = findTargets(input.app)
      const vague = ids.filter((id) => targets.filter((target) => isOf(target, id.app)).length !== 1)
      if (vague.length > 0)
        throw new UsageError(`Name the app, as in enrollment-api/kafka/17: ${vague.map(({ text }) => text).join(', ')}`)
      const moved = await ofEach(targets, async (db, target) => {
        const own = ids.filter((id) => isOf(target, id.app))
        if (ids.length > 0 && own.length === 0) return []
        const rows = await requeueParked(db, ids.length > 0 ? { ids: own } : { topic: input.topic ?? null })
        return rows.map(({ channel, id }) => ({ channel, id }))
      })
      const isMoved = (id: (typeof ids)[number]) =>
        moved.some((row) => row.channel === id.channel && row.id === BigInt(id.id).toString() && isOf(row, id.app))
      const missing = ids.filter((id) => !isMoved(id)).map(({ text }) => text)
      if (moved.length > 0) print(`${moved.length} back in the outbox; they go after later rows of their key`)
      else if (ids.length === 0) print('Nothing is parked')
      if (missing.length > 0) throw new Error(`Not parked (any more): ${missing.join(', ')}`)
    },
  })

  return {
    name: 'npm run outbox --',
    description: 'Shows and repairs the outboxes: waiting and parked rows',
    actions: { status, parked, requeue },
  }
}

const isOf = (target: { app: AppName | null }, name: AppName | undefined) => name === undefined || target.app === name

/** Reads from each database, and adds the app to which it belongs. */
async function ofEach<Row extends object>(
  targets: Target[],
  read: (db: Database, target: Target) => Promise<Row[]>,
): Promise<(Row & { app: AppName | null })[]> {
  const found: (Row & { app: AppName | null })[] = []
  for (const target of targets) {
    try {
      const rows = await withDatabase('outbox', target.url, (db) => read(db, target))
      found.push(...rows.map((row) => ({ ...row, app: target.app })))
    } catch (error) {
      throw new Error(`${target.app ?? 'DATABASE_URL'}: ${explain(error)}`)
    }
  }
  return found
}

function summarizeStatus({
  app: name,
  channel,
  waiting,
  oldestSeconds,
  parked,
  ledSince,
}: OutboxStatus & { app: AppName | null }) {
  const count = (rows: number) => (rows > COUNT_LIMIT ? `> ${COUNT_LIMIT}` : rows)
  return {
    ...(name && { app: name }),
    channel,
    waiting: count(waiting),
    oldest: oldestSeconds === null ? '' : renderAge(oldestSeconds),
    parked: count(parked),
    relay: ledSince ? `since ${ledSince}` : 'none',
  }
}

function summarizeParked({
  app: name,
  channel,
  id,
  topic: to,
  key,
  type,
  bytes,
  parkedAt,
  reason,
}: ParkedRow & { app: AppName | null }) {
  return { id: [...(name ? [name] : []), channel, id].join('/'), parked: parkedAt, topic: to, key, type, bytes, reason }
}

function renderAge(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`
  }
  return `${Math.floor(seconds)} s`
}
