import { isUtf8 } from 'node:buffer'
import { buffer } from 'node:stream/consumers'
import { emailAddress, line } from '@coursewire/events'
import { createDatabase, createLogger, createPool, type Database, loadConfig } from '@coursewire/service-kit'
import { defineCommand, runMain } from 'citty'
import { z } from 'zod'
import { provisionClient, provisionUser } from './accounts/provision.ts'
import { cliConfigSchema } from './config.ts'
import { newSecret, plainId } from './fields.ts'

const commaList = z.string().transform((list) => list.split(',').map((item) => item.trim()))

const userInput = z.object({
  tenant: plainId,
  email: emailAddress,
  name: line(1, 200),
  locale: z.enum(['de', 'en']),
  role: commaList.pipe(z.array(z.enum(['student', 'editor', 'admin']))),
  secret: newSecret,
})
const clientInput = z.object({ tenant: commaList.pipe(z.array(plainId)), 'client-id': plainId, secret: newSecret })

const tenantArgument = { type: 'string', description: 'Tenant, else that of DEFAULT_TENANT' } as const

const userArguments = {
  tenant: tenantArgument,
  email: { type: 'string', required: true, description: 'Address to sign in with' },
  name: { type: 'string', required: true, description: 'Name in mails and on pages' },
  locale: { type: 'string', default: 'en', description: 'de or en' },
  role: { type: 'string', default: 'student', description: 'student, editor, admin, or several with commas' },
} as const

const clientArguments = {
  tenant: { ...tenantArgument, description: 'Tenants it may ask for, with commas, else that of DEFAULT_TENANT' },
  'client-id': { type: 'string', required: true, description: 'Name of the service' },
} as const

const createUser = defineCommand({
  meta: {
    name: 'create-user',
    description: 'Makes a user, or updates the one with this address; password on standard input',
  },
  args: userArguments,
  run: ({ rawArgs, args }) =>
    perform(rawArgs, userArguments, args, userInput, async (db, input) => {
      const { tenant: tenantId, role: roles, secret: password, name, locale } = input
      const details = { tenantId, email: input.email, name, locale, roles, password }
      const { id, outcome } = await provisionUser(db, details)
      return `${outcome} user ${id} (${input.email}, ${roles.join(', ')}) in tenant ${tenantId}`
    }),
})

const createClient = defineCommand({
  meta: { name: 'create-client', description: 'Makes a service client, or updates it; secret on standard input' },
  args: clientArguments,
  run: ({ rawArgs, args }) =>
    perform(rawArgs, clientArguments, args, clientInput, async (db, input) => {
      const { 'client-id': id, tenant: tenants } = input
      const outcome = await provisionClient(db, { id, tenants, secret: input.secret })
      return `${outcome} client ${id} for ${tenants.join(', ')}`
    }),
})

/** Checks all that was given before anything is done, and says in one line what was done or why not. */
async function perform<Schema extends z.ZodObject>(
  rawArgs: string[],
  known: object,
  args: Record<string, unknown>,
  schema: Schema,
  work: (db: Database, input: z.output<Schema>) => Promise<string>,
): Promise<void> {
  try {
    const unknown = rawArgs.map((arg) => /^--?([^=]+)/.exec(arg)?.[1]).filter((name) => name && !(name in known))
    if (unknown.length > 0) throw new Error(`Unknown option: ${unknown.join(', ')}`)
    const config = loadConfig(cliConfigSchema, process.env)
    const given = Object.fromEntries(Object.keys(known).map((name) => [name, args[name]]))
    const input = schema.safeParse({
      ...given,
      tenant: args['tenant'] ?? config.DEFAULT_TENANT,
      secret: await readSecret(),
    })
    if (!input.success) throw new Error(z.prettifyError(input.error))

    const logger = createLogger({ service: 'cli', level: 'silent' })
    const pool = createPool({ url: config.DATABASE_URL, max: 1, name: 'enrollment-api cli', logger })
    try {
      console.log(await work(createDatabase(pool), input.data))
    } finally {
      await pool.end()
    }
  } catch (error) {
    console.error(explain(error))
    process.exitCode = 1
  }
}

async function readSecret(): Promise<string> {
  if (process.stdin.isTTY) console.error('Secret, then Ctrl-D on a line of its own:')
  const bytes = await buffer(process.stdin)
  // Not replaced by U+FFFD, which nobody could type.
  if (!isUtf8(bytes)) throw new Error('The secret is not UTF-8')
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
}

/** The first cause: what wraps a database error shows the parameters, the secret's hash among them. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error) return error.cause === undefined ? error.message : explain(error.cause)
  return String(error)
}

await runMain(
  defineCommand({
    meta: { name: 'cli', description: 'Users and service clients of enrollment-api' },
    subCommands: { 'create-user': createUser, 'create-client': createClient },
  }),
)
