import { createDatabase, createLogger, createPool, type Database, loadConfig } from '@coursewire/service-kit'
import { type ArgsDef, defineCommand } from 'citty'
import { z } from 'zod'
import { cliConfigSchema } from './config.ts'
import { statuses } from './db/schema.ts'
import { findEmail, type LedgerEntry, listEmails } from './emails/ledger.ts'
import { resend } from './emails/repository.ts'
import { formatRecord, formatTable } from './table.ts'

const filters = {
  tenant: { type: 'string', description: 'Only of this tenant' },
  since: {
    type: 'string',
    description: 'Only since a moment (2026-01-31, 2026-01-31T08:00Z) or for so long (90m, 36h, 7d)',
  },
  limit: { type: 'string', default: '50', description: 'At most so many, the newest' },
  json: { type: 'boolean', description: 'As JSON' },
} satisfies ArgsDef

const listArguments = {
  status: { type: 'string', description: `Only in this state: ${statuses.join(', ')}` },
  ...filters,
} satisfies ArgsDef

const showArguments = {
  id: { type: 'positional', description: 'Id of the mail, as in the list' },
  json: { type: 'boolean', description: 'As JSON' },
} satisfies ArgsDef

const resendArguments = { id: { type: 'positional', description: 'Id of the mail' } } satisfies ArgsDef

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const since = z.string().transform((value, context) => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(value) ?? []
  const at = count ? Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs] : Date.parse(value)
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  context.addIssue('Expected a moment such as 2026-01-31T08:00Z, or a time such as 90m, 36h or 7d')
  return z.NEVER
})
const listInput = z.object({
  status: z.enum(statuses).optional(),
  tenant: z.string().optional(),
  since: since.optional(),
  limit: z.coerce.number().int().min(1).max(10_000),
  json: z.boolean().default(false),
})
const id = z.uuid('Expected the id of a mail, a UUID')
const showInput = z.object({ id, json: z.boolean().default(false) })

export interface Terminal {
  env: NodeJS.ProcessEnv
  print: (text: string) => void
  /** Says in one line what went wrong, and lets the process end with an error code. */
  fail: (text: string) => void
}

/** The command by which operators look into the ledger and settle what no program can. */
export function createMails({ env, print, fail }: Terminal) {
  /** Checks all that was given before anything is done. */
  async function perform<Schema extends z.ZodObject>(
    known: ArgsDef,
    { rawArgs, args }: { rawArgs: string[]; args: Record<string, unknown> },
    schema: Schema,
    work: (db: Database, input: z.output<Schema>) => Promise<string>,
  ): Promise<void> {
    try {
      const strange = rawArgs.filter((arg) => arg.startsWith('-') && !(arg.replace(/^--|=.*$/g, '') in known))
      if (strange.length > 0) throw new Error(`Unknown option: ${strange.join(', ')}`)
      const input = schema.safeParse(Object.fromEntries(Object.keys(known).map((name) => [name, args[name]])))
      if (!input.success) throw new Error(z.prettifyError(input.error))
      const { DATABASE_URL: url } = loadConfig(cliConfigSchema, env)
      const logger = createLogger({ service: 'mails', level: 'silent' })
      const pool = createPool({ url, max: 1, name: 'mails', logger })
      try {
        print(await work(createDatabase(pool), input.data))
      } finally {
        await pool.end()
      }
    } catch (error) {
      fail(explain(error))
    }
  }

  const list = defineCommand({
    meta: { name: 'list', description: 'Mails, the newest first' },
    args: listArguments,
    run: (given) => perform(listArguments, given, listInput, renderList),
  })

  const unknown = defineCommand({
    meta: { name: 'unknown', description: 'Mails of which nobody knows whether they were sent' },
    args: filters,
    run: (given) => perform(filters, given, listInput, (db, input) => renderList(db, { ...input, status: 'unknown' })),
  })

  const show = defineCommand({
    meta: { name: 'show', description: 'All there is to know of a mail' },
    args: showArguments,
    run: (given) => perform(showArguments, given, showInput, renderEmail),
  })

  const again = defineCommand({
    meta: {
      name: 'resend',
      description: 'Sends a mail again that is unknown or failed; an unknown one may then arrive twice',
    },
    args: resendArguments,
    run: (given) => perform(resendArguments, given, showInput, resendEmail),
  })

  return defineCommand({
    meta: { name: 'mails', description: 'The ledger of the mails that are owed' },
    subCommands: { list, show, unknown, resend: again },
  })
}

async function renderEmail(db: Database, input: z.output<typeof showInput>): Promise<string> {
  const email = await findEmail(db, input.id)
  if (!email) throw new Error(`No mail has the id ${input.id}`)
  return input.json ? JSON.stringify(email, null, 2) : formatRecord(email)
}

async function resendEmail(db: Database, input: z.output<typeof showInput>): Promise<string> {
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

/** The first cause: that of a failed query says more than the query. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error) return error.cause === undefined ? error.message : explain(error.cause)
  return String(error)
}
