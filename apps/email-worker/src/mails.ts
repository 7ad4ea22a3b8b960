import { readFile } from 'node:fs/promises'
import { line } from '@coursewire/events'
import {
  type CommandLine,
  createLogger,
  createServiceClient,
  type Database,
  defineAction,
  formatRecord,
  formatTable,
  loadConfig,
  momentInput,
  type Terminal,
  UsageError,
  withDatabase,
} from '@coursewire/service-kit'
import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { cliConfigSchema, comparingConfigSchema, doorConfigSchema } from './config.ts'
import { statuses } from './db/schema.ts'
import { findMissing } from './emails/completeness.ts'
import { findEmail, type LedgerEntry, listEmails, listHistory, matches } from './emails/ledger.ts'
import { countResendable, isOneOf, resend } from './emails/repository.ts'
import { templates } from './emails/templates.ts'
import { startPreview } from './preview/preview.tsx'
import { takeLetters } from './sns/redrive.ts'

const word = z.string().min(1)
const filterInput = z.object({
  tenant: word.optional().describe('Only of this tenant'),
  recipient: word.optional().describe('Only to this account'),
  template: word.optional().describe(`Only of this kind: ${Object.keys(templates).join(', ')}`),
  course: word.optional().describe('Only of this course'),
  reason: word.optional().describe('Only with these words in the reason'),
  since: momentInput
    .optional()
    .describe('Only created since a time (2026-01-31, 2026-01-31T08:00Z), or within the last 90m, 36h, 7d'),
})
const json = z.boolean().default(false).describe('Print JSON')
const listInput = filterInput.extend({
  status: z
    .enum(statuses)
    .optional()
    .describe(`Only in this state: ${statuses.join(', ')}`),
  limit: z.coerce.number().int().min(1).max(10_000).default(50).describe('The most mails to list, the newest ones'),
  json,
})
const id = z.uuid('Expected the id of a mail, a UUID')
const showInput = z.object({ id: id.describe('The id of the mail, from the list'), json })

/** The command with which operators read the ledger and decide about mails that no program can settle. */
export function createMails({ env, print }: Terminal): CommandLine {
  async function withLedger(work: (db: Database) => Promise<string>): Promise<void> {
    print(await withDatabase('mails', loadConfig(cliConfigSchema, env).DATABASE_URL, work))
  }

  const list = defineAction({
    name: 'list',
    description: 'Lists mails, the newest first',
    input: listInput,
    run: (input) => withLedger((db) => renderList(db, input)),
  })

  const unknown = defineAction({
    name: 'unknown',
    description: 'Lists mails that may or may not have been sent',
    input: listInput.omit({ status: true }),
    run: (input) => withLedger((db) => renderList(db, { ...input, status: 'unknown' })),
  })

  const show = defineAction({
    name: 'show',
    description: 'Prints everything about one mail, and each of its changes',
    input: showInput,
    positionals: ['id'],
    run: (input) => withLedger((db) => renderEmail(db, input)),
  })

  const again = defineAction({
    name: 'resend',
    description: 'Sends mails again; one that SES has, or may have, accepted can then arrive twice',
    input: filterInput.extend({
      ids: z.array(id).describe('Ids from the list; or use filters or --all instead'),
      status: z.enum(['failed', 'unknown']).optional().describe('failed (the default with filters) or unknown'),
      all: z.boolean().default(false).describe('All mails in this state'),
      because: line(1, 200).optional().describe('Why, for the history; needed for mails that SES has accepted'),
      rate: z.coerce
        .number()
        .int()
        .min(1)
        .max(100_000)
        .optional()
        .describe('So many in a minute; else as fast as SES takes them'),
      'dry-run': z.boolean().default(false).describe('Only print how many would be sent'),
    }),
    positionals: ['ids'],
    async run({ ids, all, status, because, rate: perMinute, 'dry-run': isDryRun, ...filter }) {
      const isFiltered = Object.values(filter).some((value) => value !== undefined)
      if ([ids.length > 0, isFiltered, all].filter(Boolean).length !== 1) {
        throw new UsageError('Name the mails: give ids from the list, or filters, or --all')
      }
      if (ids.length > 0 && status !== undefined) throw new UsageError('Use --status only with filters or --all')
      const which = { ...filter, status: status ?? 'failed' }
      const how = { because, perMinute, isDryRun }
      await withLedger((db) => (ids.length > 0 ? resendThese(db, ids, how) : resendAll(db, matches(which), how)))
    },
  })

  const missing = defineAction({
    name: 'missing',
    description: 'Lists enrolments that have no welcome mail in the ledger; asks enrollment-api, as the worker does',
    input: z.object({
      tenant: word.optional().describe('Of this tenant; by default DEFAULT_TENANT'),
      days: z.coerce.number().int().min(1).max(90).default(3).describe('Enrolments of so many days'),
      json,
    }),
    async run({ tenant, days, json: isJson }) {
      const config = loadConfig(comparingConfigSchema, env)
      const services = createServiceClient({
        tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
        clientId: config.SERVICE_CLIENT_ID,
        clientSecret: config.SERVICE_CLIENT_SECRET,
        logger: createLogger({ service: 'mails', level: 'silent' }),
      })
      await withLedger(async (db) => {
        const sources = { db, services, enrollmentApiUrl: config.ENROLLMENT_API_URL }
        const found = await findMissing(sources, tenant ?? config.DEFAULT_TENANT, days)
        if (isJson) return JSON.stringify(found, null, 2)
        return found.length === 0 ? 'Every enrolment has its mail' : formatTable(found)
      })
    },
  })

  const take = defineAction({
    name: 'take',
    description:
      'Hands letters of a redrive queue to email-worker, which verifies them; taking one again changes nothing',
    input: z.object({ file: word.describe('What aws sqs receive-message has printed'), json }),
    positionals: ['file'],
    async run({ file, json: isJson }) {
      const { EMAIL_WORKER_URL: emailWorker } = loadConfig(doorConfigSchema, env)
      const outcomes = await takeLetters(`${emailWorker}/webhooks/sns`, await readFile(file, 'utf8'))
      const summaries = outcomes.map(({ messageId, outcome, reason }) => ({ messageId, outcome, reason }))
      if (isJson) print(JSON.stringify(outcomes, null, 2))
      else print(outcomes.length === 0 ? 'No letters' : formatTable(summaries))
      const left = outcomes.filter(({ outcome }) => outcome !== 'taken').length
      if (left > 0) throw new Error(`Not taken: ${left} of ${outcomes.length}. Leave these in the queue, and read why`)
    },
  })

  const preview = defineAction({
    name: 'preview',
    description: 'Shows every mail with example data in a browser, until Ctrl-C; needs no database',
    input: z.object({
      port: z.coerce.number().int().min(0).max(65_535).default(0).describe('The port to listen on; 0 is any'),
    }),
    run: async (input) => print((await startPreview(input)).url),
  })

  return {
    name: 'mails',
    description: 'Reads and repairs the mail ledger, and shows how mails look',
    actions: { list, show, unknown, missing, resend: again, take, preview },
  }
}

async function renderEmail(db: Database, input: z.output<typeof showInput>): Promise<string> {
  const email = await findEmail(db, input.id)
  if (!email) throw new Error(`No mail has the id ${input.id}`)
  const history = await listHistory(db, input.id)
  if (input.json) return JSON.stringify({ ...email, history }, null, 2)
  return `${formatRecord(email)}\n\n${formatTable(history)}`
}

interface How {
  because: string | undefined
  perMinute: number | undefined
  isDryRun: boolean
}

/** Resends all of them or none. */
async function resendThese(db: Database, ids: string[], how: How): Promise<string> {
  return db.transaction(async (tx) => {
    for (const wanted of ids) {
      const email = await findEmail(tx, wanted, 'update')
      if (!email) throw new Error(`No mail has the id ${wanted}`)
      const { status, withdrawn, messageId } = email
      if (withdrawn !== null) throw new Error(`Mail ${wanted} must not be sent any more: ${withdrawn}`)
      if (status === 'pending' || status === 'sending')
        throw new Error(`Mail ${wanted} is ${status}: it is about to be sent`)
      if (messageId === null || how.because !== undefined) continue
      throw new Error(`Mail ${wanted} is ${status}: say with --because why it is sent again`)
    }
    return how.isDryRun ? describePlan(new Set(ids).size) : describeResent(await resend(tx, isOneOf(ids), how))
  })
}

async function resendAll(db: Database, which: SQL | undefined, how: How): Promise<string> {
  return how.isDryRun ? describePlan(await countResendable(db, which)) : describeResent(await resend(db, which, how))
}

const countMails = (count: number) => (count === 1 ? '1 mail' : `${count === 0 ? 'No' : count} mails`)
const describePlan = (count: number) => `${countMails(count)} would be sent again`
const describeResent = ({ length: count }: string[]) =>
  `${countMails(count)} ${count === 1 ? 'is' : 'are'} pending again`

async function renderList(db: Database, input: z.output<typeof listInput>): Promise<string> {
  const emails = await listEmails(db, input)
  if (input.json) return JSON.stringify(emails, null, 2)
  if (emails.length === 0) return 'No mails'
  return formatTable(emails.map(summarize))
}

function summarize({ id, status, createdAt, tenantId, template, recipient, fact, attempt, reason }: LedgerEntry) {
  const created = `${createdAt.slice(0, 19).replace('T', ' ')}Z`
  return { id, status, created, tenant: tenantId, template, recipient, fact, attempt, reason }
}
