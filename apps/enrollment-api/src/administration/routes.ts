import { id, line } from '@coursewire/events'
import { type Database, type HttpApp, pageLimit, pageOf, toPage } from '@coursewire/service-kit'
import { z } from 'zod'
import { causeOf } from '../accounts/http.ts'
import { moment, plainId } from '../fields.ts'
import { accountRoles, accountStatuses } from './account.ts'
import { listAccounts } from './repository.ts'
import type { Administration } from './service.ts'

const role = z.enum(accountRoles)
const status = z.enum(accountStatuses)
const roles = z.array(role)
const search = z.strictObject({
  q: line(1, 200).optional().describe('The beginning of the name or of the mail address'),
  status: status.optional(),
  role: role.optional(),
  cursor: plainId.optional().describe('The nextCursor of the page before'),
  limit: pageLimit,
})
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
  .meta({
    id: 'User',
    example: {
      id: 'usr_1',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      locale: 'en',
      roles: ['student'],
      status: 'active',
      createdAt: '2026-03-02T09:30:00.000000Z',
    },
  })
const wanted = z
  .strictObject({
    roles: roles.min(1).max(accountRoles.length).optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'UserSettings', example: { disabled: true } })
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
  .meta({
    id: 'UserChange',
    example: {
      id: '019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
      changedBy: 'usr_2',
      changedAt: '2026-03-02T09:30:00.000000Z',
      change: { roles: { from: ['student'], to: ['student', 'editor'] } },
    },
  })
const tags = ['Administration']
const config = { access: ['admin'] } as const

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
        response: { 200: pageOf(account) },
      },
      config,
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
      config,
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
      config,
    },
    async (request, reply) => {
      await administration.resendVerification(request.caller.id, request.params.id, causeOf(request))
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
          limit: pageLimit,
        }),
        response: { 200: pageOf(change) },
        refusals: { 404: 'user.not-found' },
      },
      config,
    },
    async ({ caller, params, query: { cursor: before, limit } }) =>
      toPage(await administration.listChanges(caller, params.id, { before, limit: limit + 1 }), limit),
  )
}
