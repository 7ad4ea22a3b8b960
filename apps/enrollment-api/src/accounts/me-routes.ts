import { languageTag, line } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { OwnAccountService } from './own-account.ts'
import type { User } from './repository.ts'

const account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    locale: z.string(),
    roles: z.array(z.enum(['student', 'editor', 'admin'])),
    verified: z.boolean().describe('Whether the address is confirmed'),
  })
  .meta({
    id: 'Account',
    example: {
      id: 'usr_1',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      locale: 'en',
      roles: ['student'],
      verified: true,
    },
  })
const changes = z
  .strictObject({ name: line(1, 200).optional(), locale: languageTag.optional() })
  .meta({ id: 'AccountChanges', example: { name: 'Ada King' } })

const tags = ['Accounts']
const config = { access: ['student', 'editor', 'admin'] } as const
const refusals = { 401: 'account.gone', 403: 'account.disabled' }

/** The routes of the caller's own account. */
export function addMeRoutes(app: HttpApp, { ownAccount }: { ownAccount: OwnAccountService }): void {
  app.get(
    '/api/me',
    {
      schema: { operationId: 'getMe', tags, summary: "The caller's own account", response: { 200: account }, refusals },
      config,
    },
    async ({ caller }) => showAccount(await ownAccount.get(caller)),
  )

  app.patch(
    '/api/me',
    {
      schema: {
        operationId: 'updateMe',
        tags,
        summary: "Change the caller's name or language",
        body: changes,
        response: { 200: account },
        refusals,
      },
      config,
    },
    async ({ caller, body }) => showAccount(await ownAccount.update(caller, body)),
  )
}

function showAccount({ id, email, name, locale, roles, verifiedAt }: User): z.input<typeof account> {
  return { id, email, name, locale, roles, verified: verifiedAt !== null }
}
