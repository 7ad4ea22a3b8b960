import { isUtf8 } from 'node:buffer'
import { buffer } from 'node:stream/consumers'
import { emailAddress, languages, line } from '@coursewire/events'
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
import { accountRoles } from '../administration/account.ts'
import { cliConfigSchema } from '../config.ts'
import { newPassword, newSecret, plainId, writtenLanguage } from '../fields.ts'
import { defineCreateTenant } from '../tenants/commands.ts'
import { provisionClient, provisionUser } from './provision.ts'

const commaList = z.string().transform((list) => list.split(',').map((item) => item.trim()))

const userInput = z.object({
  tenant: plainId.describe('The tenant; by default DEFAULT_TENANT'),
  email: emailAddress.describe('The address to sign in with'),
  name: line(1, 200).describe('The name in mails and on pages'),
  locale: writtenLanguage
    .default('en')
    .describe(`The language of mails and pages: ${languages.join(', ')}, or one of a country, such as de-AT`),
  role: commaList
    .pipe(z.array(z.enum(accountRoles)))
    .prefault('student')
    .describe('student, editor or admin; several separated by commas'),
  unverified: z
    .boolean()
    .default(false)
    .describe('The user must confirm the address before enrolling. Without this, you vouch for it'),
  // With a description it would be an option, and everybody on the machine can see those.
  secret: newPassword.meta({ description: undefined }),
})

const clientInput = z.object({
  tenant: commaList
    .pipe(z.array(plainId))
    .describe('The tenants it may act for, separated by commas; by default DEFAULT_TENANT'),
  'client-id': plainId.describe('The name of the service'),
  scopes: commaList
    .pipe(z.array(z.enum(['account-mails'])))
    .optional()
    .describe('What it may do beyond calling internal routes: account-mails'),
  secret: newSecret,
})

/** The commands with which operators create tenants and accounts. Each may be repeated, and prints in one line what it did. */
export function createAccountCommands({ env, print, note }: Terminal): CommandLine {
  async function perform(work: (db: Database) => Promise<string>): Promise<void> {
    const { DATABASE_URL } = loadConfig(cliConfigSchema, env)
    print(await withDatabase('enrollment-api cli', DATABASE_URL, work))
  }

  async function readSecret(): Promise<string> {
    if (process.stdin.isTTY) note('Type the secret, press Enter, then Ctrl-D:')
    const bytes = await buffer(process.stdin)
    // Invalid bytes are refused instead of replaced by U+FFFD, which nobody could type.
    if (!isUtf8(bytes)) throw new UsageError('The secret is not UTF-8')
    return new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  }

  const besides = async () => ({
    tenant: loadConfig(cliConfigSchema, env).DEFAULT_TENANT,
    secret: await readSecret(),
  })

  const createUser = defineAction({
    name: 'create-user',
    description: 'Creates a user, or updates the one with this address. Reads the password from standard input',
    input: userInput,
    besides,
    run: ({ tenant: tenantId, email, name, locale, role: roles, unverified, secret: password }) =>
      perform(async (db) => {
        const details = { tenantId, email, name, locale, roles, password, isVerified: !unverified }
        const { id, outcome } = await provisionUser(db, details)
        return `${outcome} user ${id} (${email}, ${roles.join(', ')}) in tenant ${tenantId}`
      }),
  })

  const createClient = defineAction({
    name: 'create-client',
    description: 'Creates a service client, or updates it. Reads the secret from standard input',
    input: clientInput,
    besides,
    run: ({ 'client-id': id, tenant: tenants, scopes, secret }) =>
      perform(async (db) => {
        const outcome = await provisionClient(db, { id, tenants, scopes, secret })
        return `${outcome} client ${id} for ${tenants.join(', ')}`
      }),
  })

  return {
    name: 'cli',
    description: 'Manages tenants, users and service clients of enrollment-api',
    actions: {
      'create-tenant': defineCreateTenant(env, perform),
      'create-user': createUser,
      'create-client': createClient,
    },
  }
}
