import {
  type CommandLine,
  createDatabase,
  createLogger,
  createPool,
  type Database,
  defineAction,
  formatRecord,
  formatTable,
  loadConfig,
  momentInput,
  type Terminal,
} from '@coursewire/service-kit'
import { z } from 'zod'
import { cliConfigSchema } from './config.ts'
import { statuses } from './db/schema.ts'
import { findEmail, type LedgerEntry, listEmails } from './emails/ledger.ts'
import { resend } from './emails/repository.ts'

const filters = {
  tenant: { type: 'string', description: 'Only of this tenant' },
  since: {
    type: 'string',
    description: 'Only since a moment (2026-01-31, 2026-01-31T08:00Z) or for so long (90m, 36h, 7d)',
  },
  limit: { type: 'string', default: '50', description: 'At most so many, the newest' },
  json: { type: 'boolean', description: 'As JSON' },
} as const

const listInput = z.object({
  status: z.enum(statuses).optional(),
  tenant: z.string().optional(),
  since: momentInput.optional(),
  limit: z.coerce.number().int().min(1).max(10_000),
  json: z.boolean().default(false),
})
const id = z.uuid('Expected the id of a mail, a UUID')
const showInput = z.object({ id, json: z.boolean().default(false) })

/** The command by which operators look into the ledger and settle what no program can. */
export function createMails({ env, print }: Terminal): CommandLine {
  async function withLedger(work: (db: Database) => Promise<string>): Promise<void> {
    const { DATABASE_URL: url } = loadConfig(cliConfigSchema, env)
    const logger = createLogger({ service: 'mails', level: 'silent' })
    const pool = createPool({ url, max: 1, name: 'mails', logger })
    try {
      print(await work(createDatabase(pool)))
    } finally {
      await pool.end()
    }
  }

  const list = defineAction({
    name: 'list',
    description: 'Mails, the newest first',
    args: { status: { type: 'string', description: `Only in this state: ${statuses.join(', ')}` }, ...filters },
    input: listInput,
    run: (input) => withLedger((db) => renderList(db, input)),
  })

  const unknown = defineAction({
    name: 'unknown',
    description: 'Mails of which nobody knows whether they were sent',
    args: filters,
    input: listInput.omit({ status: true }),
    run: (input) => withLedger((db) => renderList(db, { ...input, status: 'unknown' })),
  })

  const show = defineAction({
    name: 'show',
    description: 'All there is to know of a mail',
    args: {
      id: { type: 'positional', description: 'Id of the mail, as in the list' },
      json: { type: 'boolean', description: 'As JSON' },
    },
    input: showInput,
    run: (input) => withLedger((db) => renderEmail(db, input)),
  })

  const again = defineAction({
    name: 'resend',
    description: 'Sends a mail again that is unknown or failed; an unknown one may then arrive twice',
    args: { id: { type: 'positional', description: 'Id of the mail' } },
    input: z.object({ id }),
    run: (input) => withLedger((db) => resendEmail(db, input)),
  })

  return {
    name: 'mails',
    description: 'The ledger of the mails that are owed',
    actions: { list, show, unknown, resend: again },
  }
}

async function renderEmail(db: Database, input: z.output<typeof showInput>): Promise<string> {
  const email = await findEmail(db, input.id)
  if (!email) throw new Error(`No mail has the id ${input.id}`)
  return input.json ? JSON.stringify(email, null, 2) : formatRecord(email)
}

async function resendEmail(db: Database, input: { id: string }): Promise<string> {
  if (await resend(db, input.id)) return `Mail ${input.id} is pending again`
  const email = await findEmail(db, input.id)
  if (!email) throw new Error(`No mail has the id ${input.id}`)
  throw new Error(`Mail ${input.id} is ${email.status}: only an unknown or failed one is sent again`)
}

async function renderList(db: Database, input: z.output<typeof listInput>): Promise<string> {
  const emails = await listEmails(db, input)
  if (input.json) return JSON.stringify(emails, null, 2)
  if (emails.length === 0) return 'No mails'
  return formatTable(emails.map(summarize))
}

function summarize({ id, status, createdAt, tenantId, studentId, courseId, attempt, reason }: LedgerEntry) {
  const created = `${createdAt?.slice(0, 19).replace('T', ' ')}Z`
  return { id, status, created, tenant: tenantId, student: studentId, course: courseId, attempt, reason }
}
