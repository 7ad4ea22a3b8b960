import { languages, line } from '@coursewire/events'
import { type Action, type Database, defineAction, loadConfig } from '@coursewire/service-kit'
import { z } from 'zod'
import { cliConfigSchema } from '../config.ts'
import { plainId, writtenLanguage } from '../fields.ts'
import { provisionTenant } from './provision.ts'
import { assertSenderAllowed, tenantColors, tenantFields } from './tenant.ts'

const { timeZone, logoUrl, sender, replyTo, postalAddress } = tenantFields
const colors = z
  .string()
  .transform((pair) => {
    const [accent, onAccent] = pair.split(',').map((color) => color.trim())
    return { accent, onAccent }
  })
  .pipe(tenantColors)

const input = z.object({
  tenant: plainId.describe('The id of the tenant; by default DEFAULT_TENANT'),
  name: line(1, 200).optional().describe('The name in mails and on pages; by default the id'),
  'time-zone': timeZone.optional().describe('Such as Europe/Berlin; by default UTC'),
  locale: writtenLanguage
    .optional()
    .describe(`The language of people who choose none: ${languages.join(', ')}, or one of a country; by default en`),
  colors: colors.optional().describe('The colour of buttons, and of the text on them: #0a5c36,#ffffff'),
  'logo-url': logoUrl.unwrap().optional().describe('The https address of the logo'),
  sender: sender.unwrap().optional().describe('Who sends the mails: one of EMAIL_SENDERS'),
  'reply-to': replyTo.unwrap().optional().describe('Where answers to mails go'),
  'postal-address': postalAddress.unwrap().optional().describe('The address at the end of mails'),
  keep: z.boolean().default(false).describe('Leave an existing tenant as it is'),
})

export function defineCreateTenant(
  env: NodeJS.ProcessEnv,
  perform: (work: (db: Database) => Promise<string>) => Promise<void>,
): Action {
  return defineAction({
    name: 'create-tenant',
    description: 'Creates a tenant, or updates the one with this id. What is not given stays as it is',
    input,
    besides: async () => ({ tenant: loadConfig(cliConfigSchema, env).DEFAULT_TENANT }),
    run: async ({ tenant: id, keep, ...options }) => {
      const given = {
        name: options.name,
        timeZone: options['time-zone'],
        locale: options.locale,
        colors: options.colors,
        logoUrl: options['logo-url'],
        sender: options.sender,
        replyTo: options['reply-to'],
        postalAddress: options['postal-address'],
      }
      assertSenderAllowed({ sender: given.sender ?? null }, loadConfig(cliConfigSchema, env).EMAIL_SENDERS)
      const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      await perform(async (db) => `${await provisionTenant(db, id, present, { keep })} tenant ${id}`)
    },
  })
}
