import { id, line } from '@coursewire/events'
import type { Database, HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { plainId } from '../fields.ts'
import { accountRoles, accountStatuses } from './account.ts'
import { listAccounts } from './repository.ts'
import type { Administration } from './service.ts'

const role = z.enum(accountRoles)
const status = z.enum(accountStatuses)
const roles = z.array(role)
const moment = z.string().meta({ format: 'date-time' })
const limit = z.coerce.number().int().min(1).max(100).default(20).describe('How many at most')
const search = z.strictObject({
  q: line(1, 200).optional().describe('The beginning of the name or of the mail address'),
  status: status.optional(),
  role: role.optional(),
  cursor: plainId.optional().describe('The nextCursor of the page before'),
  limit,
})
const accountExample = {
  id: 'usr_1',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  locale: 'en',
  roles: ['student'],
  status: 'active',
  createdAt: '2026-03-02T09:30:00.000000Z',
}
const account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    locale: z.string(),
    roles,
    status: status.describe('pending: somebody has signed up and not confirmed the address yet'),
    createdAt: moment,
  })
  .meta({ id: 'User', example: accountExample })
const accountPage = z
  .object({ items: z.array(account), nextCursor: z.string().nullable() })
  .meta({ id: 'UserPage', example: { items: [accountExample], nextCursor: null } })
const wanted = z
  .strictObject({
    roles: roles.min(1).max(accountRoles.length).optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'UserSettings', example: { disabled: true } })
const changeExample = {
  id: '019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
  changedBy: 'usr_2',
  changedAt: '2026-03-02T09:30:00.000000Z',
  change: { roles: { from: ['student'], to: ['student', 'editor'] } },
}
export const accountChange = z.object({
  roles: z.object({ from: roles, to: roles }).optional(),
  disabled: z.boolean().optional(),
  fields: z.array(z.string()).optional().describe('Other fields that an operator has set'),
  verificationSent: z.literal(true).optional(),
})
const change = z
  .object({
    id: z.string(),
    changedBy: z.string().describe('The id of the admin, or operator'),
    changedAt: moment,
    change: accountChange,
  })
  .meta({ id: 'UserChange', example: changeExample })
const changePage = z
  .object({ items: z.array(change), nextCursor: z.string().nullable() })
  .meta({ id: 'UserChangePage', example: { items: [changeExample], nextCursor: null } })
const tags = ['Administration']

/** A page from rows that were read with one more than asked for: the last only shows that there is a next page. */
function toPage<Item extends { id: string }>(rows: Item[], size: number) {
  const items = rows.slice(0, size)
  return { items, nextCursor: rows.length > size ? (items.at(-1)?.id ?? null) : null }
}

export function addAdministrationRoutes(
  app: HttpApp,
  { administration, db }: { administration: Administration; db: Database },
): void {
  app.get(
    '/api/admin/users',
    {
      schema: {
        operationId: 'listUsers',
        tags,
        summary: "The accounts of the caller's tenant, newest first",
        querystring: search,
        response: { 200: accountPage },
      },
      config: { access: ['admin'] },
    },
    async ({ tenantId, query: { q: text, status, role, cursor: before, limit } }) =>
      toPage(await listAccounts(db, tenantId, { text, status, role }, { before, limit: limit + 1 }), limit),
  )

  app.patch(
    '/api/admin/users/:id',
    {
      schema: {
        operationId: 'changeUser',
        tags,
        summary: 'Set the roles of an account, or disable or enable it',
        params: z.object({ id }),
        body: wanted,
        response: { 200: account },
        refusals: { 404: 'user.not-found', 409: 'account.own' },
      },
      config: { access: ['admin'] },
    },
    async ({ caller, params, body, log }) => {
      const changed = await administration.change(caller, params.id, body)
      log.info({ accountId: params.id, changedBy: caller.id }, 'Account changed')
      return changed
    },
  )

  app.post(
    '/api/admin/users/:id/verification',
    {
      schema: {
        operationId: 'resendVerification',
        tags,
        summary: 'Send the mail to confirm the address of an account once more',
        params: z.object({ id }),
        response: { 202: z.undefined().describe('The mail is on its way, and the link in the one before has ended') },
        refusals: { 404: 'user.not-found', 409: 'verification.not-needed', 429: 'attempts.too-many' },
      },
      config: { access: ['admin'] },
    },
    async ({ id: correlationId, caller, tenantId, traceparent, params }, reply) => {
      const cause = { tenantId, correlationId, causationId: null, traceparent: traceparent ?? undefined }
      await administration.resendVerification(caller.id, params.id, cause)
      return reply.code(202).send()
    },
  )

  app.get(
    '/api/admin/users/:id/changes',
    {
      schema: {
        operationId: 'listUserChanges',
        tags,
        summary: 'What admins and operators have changed about an account, latest first',
        params: z.object({ id }),
        querystring: z.strictObject({
          cursor: z.uuid().optional().describe('The nextCursor of the page before'),
          limit,
        }),
        response: { 200: changePage },
        refusals: { 404: 'user.not-found' },
      },
      config: { access: ['admin'] },
    },
    async ({ caller, params, query: { cursor: before, limit } }) =>
      toPage(await administration.listChanges(caller, params.id, { before, limit: limit + 1 }), limit),
  )
}
