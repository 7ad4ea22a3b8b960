import {
  type DeadLetter,
  type DeadLetterConnection,
  findDeadLetters,
  listDeadLetters,
  planReplay,
  replayDeadLetters,
  selectDeadLetters,
  withDeadLetters,
} from '@coursewire/messaging'
import { type AppName, consumers, deadLetterTopicOf } from '@coursewire/product'
import { type CommandLine, defineAction, momentInput, type Terminal, UsageError } from '@coursewire/service-kit'
import { z } from 'zod'
import {
  describeRefusal,
  planToJson,
  renderDeadLetter,
  renderList,
  renderPlan,
  renderRefused,
  renderSent,
  toJson,
} from './dlq-text.ts'
import { findKafka } from './find-kafka.ts'
import type { RunningStack } from './running-stack.ts'

const word = z.string().min(1)
const filterInput = z.object({
  app: z
    .enum(consumers)
    .optional()
    .describe(`Only of this app: ${consumers.join(', ')}`),
  topic: word.optional().describe('Only for records of this topic'),
  type: word.optional().describe('Only of this event type'),
  code: word.optional().describe('Only with this error code'),
  since: momentInput
    .optional()
    .describe('Only failed since a time (2026-01-31T08:00Z), or within the last 90m, 36h, 7d'),
  until: momentInput.optional().describe('Only failed before a time, or longer ago than 90m, 36h, 7d'),
})
const letterId = z
  .string()
  .regex(/^[\w.-]+\.dlq\/\d{1,9}\/\d{1,15}$/, 'Expected the id of a dead letter as in the list: email-worker.dlq/0/17')
const json = z.boolean().default(false).describe('Print JSON')

/** The command with which operators inspect and replay dead letters. */
export function createDlq({
  env,
  stack,
  signal,
  print,
  note,
}: Terminal & { stack: RunningStack | null; signal: AbortSignal }): CommandLine {
  const connect = (work: (connection: DeadLetterConnection) => Promise<void>) =>
    withDeadLetters(findKafka('dlq', env, stack), signal, work)

  const list = defineAction({
    name: 'list',
    description: 'Lists the newest dead letter of each record, the newest first',
    input: filterInput.extend({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(10_000)
        .default(50)
        .describe('The most dead letters to list, the newest ones'),
      json,
    }),
    run: ({ app, limit, json: asJson, ...filter }) =>
      connect(async (connection) => {
        const { letters, matching } = await listDeadLetters(connection, topicsOf(app), filter, limit)
        if (asJson) return print(JSON.stringify(letters, null, 2))
        if (letters.length === 0) return print('No dead letters')
        print(renderList(letters, matching))
      }),
  })

  const show = defineAction({
    name: 'show',
    description: 'Prints everything about one dead letter',
    input: z.object({ id: letterId.describe('Its id, from the list'), json }),
    positionals: ['id'],
    run: ({ id, json: asJson }) =>
      connect(async (connection) => {
        for (const letter of await findAll(connection, [id])) {
          print(asJson ? JSON.stringify(toJson(letter), null, 2) : renderDeadLetter(letter))
        }
      }),
  })

  const replay = defineAction({
    name: 'replay',
    description: 'Sends records back to their topics; an event that was handled meanwhile has no second effect',
    input: filterInput.extend({
      ids: z.array(letterId).describe('Ids from the list; or use filters or --all instead'),
      all: z.boolean().default(false).describe('All of them'),
      'dry-run': z.boolean().default(false).describe('Only print what would be sent'),
      rate: z.coerce.number().positive().max(100_000).optional().describe('The most records to send per second'),
      json,
    }),
    positionals: ['ids'],
    async run({ ids, all, 'dry-run': isDryRun, rate, json: asJson, app, ...filter }) {
      const isFiltered = [app, ...Object.values(filter)].some((value) => value !== undefined)
      if ([ids.length > 0, isFiltered, all].filter(Boolean).length !== 1) {
        throw new UsageError('Name the dead letters: give ids from the list, or filters, or --all')
      }
      await connect(async (connection) => {
        const letters =
          ids.length > 0 ? await findAll(connection, ids) : await selectDeadLetters(connection, topicsOf(app), filter)
        const { ready, refused } = await planReplay(connection, letters)
        if (isDryRun) return print(asJson ? planToJson(ready, refused) : renderPlan(ready, refused))
        const total = ready.length + refused.length
        const startedAt = new Date().toISOString()
        const options = { perSecond: rate, onSent: createProgress(ready.length) }
        refused.push(...(await replayDeadLetters(connection, ready, options)))
        const sent = total - refused.length
        if (asJson) print(JSON.stringify({ sent, refused: refused.map(describeRefusal) }, null, 2))
        else print(renderSent(sent, total, startedAt))
        if (refused.length > 0) throw new Error(renderRefused(refused))
      })
    },
  })

  function createProgress(total: number): (sent: number) => void {
    let notedAt = performance.now()
    return (sent) => {
      if (performance.now() - notedAt < 1_000) return
      notedAt = performance.now()
      note(`${sent} of ${total} sent`)
    }
  }

  return {
    name: 'npm run dlq --',
    description: 'Reads and replays dead letters: records that could not be handled, kept for 90 days',
    actions: { list, show, replay },
  }
}

const topicsOf = (app: AppName | undefined) => (app ? [app] : consumers).map(deadLetterTopicOf)

async function findAll(connection: DeadLetterConnection, ids: string[]): Promise<DeadLetter[]> {
  const letters = await findDeadLetters(connection, ids)
  const missing = ids.filter((id) => !letters.some((letter) => letter.id === id))
  if (missing.length > 0) throw new Error(`No such dead letter (any more): ${missing.join(', ')}`)
  return letters
}
