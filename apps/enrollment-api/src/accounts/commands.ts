import { isUtf8 } from 'node:buffer'
import { buffer } from 'node:stream/consumers'
import { emailAddress, line } from '@coursewire/events'
import {
  type CommandLine,
  type Database,
  defineAction,
  loadConfig,
  type Terminal,
  UsageError,
  withDatabase,
} from '@coursewire/service-kit'
import { z } from 'zod'
import { cliConfigSchema } from '../config.ts'
import { newSecret, plainId } from '../fields.ts'
import { provisionClient, provisionUser } from './provision.ts'

const commaList = z.string().transform((list) => list.split(',').map((item) => item.trim()))

const userInput = z.object({
  tenant: plainId.describe('Tenant, else that of DEFAULT_TENANT'),
  email: emailAddress.describe('Address to sign in with'),
  name: line(1, 200).describe('Name in mails and on pages'),
  locale: z.enum(['de', 'en']).default('en').describe('de or en'),
  role: commaList
    .pipe(z.array(z.enum(['student', 'editor', 'admin'])))
    .prefault('student')
    .describe('student, editor, admin, or several with commas'),
  secret: newSecret,
})

const clientInput = z.object({
  tenant: commaList.pipe(z.array(plainId)).describe('Tenants it may ask for, with commas, else that of DEFAULT_TENANT'),
  'client-id': plainId.describe('Name of the service'),
  secret: newSecret,
})

/** The commands by which operators make accounts. Each may be repeated, and says in one line what it did. */
export function createAccountCommands({ env, print, note }: Terminal): CommandLine {
  async function perform(work: (db: Database) => Promise<string>): Promise<void> {
    const { DATABASE_URL } = loadConfig(cliConfigSchema, env)
    print(await withDatabase('enrollment-api cli', DATABASE_URL, work))
  }

  async function readSecret(): Promise<string> {
    if (process.stdin.isTTY) note('Secret, then Ctrl-D on a line of its own:')
    const bytes = await buffer(process.stdin)
    // Not replaced by U+FFFD, which nobody could type.
    if (!isUtf8(bytes)) throw new UsageError('The secret is not UTF-8')
    return new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  }

  const besides = async () => ({
    tenant: loadConfig(cliConfigSchema, env).DEFAULT_TENANT,
    secret: await readSecret(),
  })

  const createUser = defineAction({
    name: 'create-user',
    description: 'Makes a user, or updates the one with this address; password on standard input',
    input: userInput,
    besides,
    run: ({ tenant: tenantId, email, name, locale, role: roles, secret: password }) =>
      perform(async (db) => {
        const { id, outcome } = await provisionUser(db, { tenantId, email, name, locale, roles, password })
        return `${outcome} user ${id} (${email}, ${roles.join(', ')}) in tenant ${tenantId}`
      }),
  })

  const createClient = defineAction({
    name: 'create-client',
    description: 'Makes a service client, or updates it; secret on standard input',
    input: clientInput,
    besides,
    run: ({ 'client-id': id, tenant: tenants, secret }) =>
      perform(async (db) => {
        const outcome = await provisionClient(db, { id, tenants, secret })
        return `${outcome} client ${id} for ${tenants.join(', ')}`
      }),
  })

  return {
    name: 'cli',
    description: 'Users and service clients of enrollment-api',
    actions: { 'create-user': createUser, 'create-client': createClient },
  }
}
