import { id } from '@coursewire/events'
import type { Database, HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { statuses } from '../db/schema.ts'
import { listEmailsTo } from './ledger.ts'

export const moment = z.string().meta({ format: 'date-time' })
const at = '2026-03-02T09:30:00.000000Z'
const change = z
  .object({
    at: moment,
    status: z.enum(statuses),
    attempt: z.int(),
    reason: z.string().nullable(),
    messageId: z.string().nullable(),
    changedBy: z.string(),
  })
  .meta({ id: 'MailChange' })
const entry = z.object({
  id: z.string(),
  status: z.enum(statuses),
  createdAt: moment,
  updatedAt: moment,
  tenantId: z.string(),
  template: z.string(),
  recipient: z.string().describe('The id of the account'),
  fact: z.string().describe('What the mail is about: the id of a course, or of a request of the account'),
  activation: z.int(),
  source: z.string().nullable(),
  attempt: z.int(),
  failures: z.int(),
  dueAt: moment,
  claimedAt: moment.nullable(),
  messageId: z.string().nullable(),
  sentBytes: z.int().nullable().describe('The size of what was sent last, headers and all'),
  sentSha256: z.string().nullable().describe('Its SHA-256 in hexadecimal'),
  reason: z.string().nullable(),
  changedBy: z
    .string()
    .describe('Who made the last change: event, worker, ses, operator, recipient or the id of an admin'),
  withdrawn: z.string().nullable().describe('Why the mail must not be sent any more'),
  eventId: z.string(),
  correlationId: z.string(),
  traceparent: z.string().nullable().describe('The W3C trace context of what caused it'),
  announcementId: z.string().nullable().describe('What news was written from'),
})

const sent: z.output<typeof entry> = {
  id: '0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f',
  status: 'sent',
  createdAt: at,
  updatedAt: at,
  tenantId: 'acme',
  template: 'welcome',
  recipient: 'usr_1',
  fact: 'course_1',
  activation: 1,
  source: 'manual',
  attempt: 1,
  failures: 0,
  dueAt: at,
  claimedAt: at,
  messageId: '0100018f-1',
  sentBytes: 21_034,
  sentSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  reason: null,
  changedBy: 'worker',
  withdrawn: null,
  eventId: 'evt_1',
  correlationId: 'req_1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  announcementId: null,
}
export const ledgerEntry = entry.meta({ id: 'MailEntry', example: sent })
const sentWithHistory = {
  ...sent,
  history: [
    { at, status: 'pending' as const, attempt: 0, reason: null, messageId: null, changedBy: 'event' },
    { at, status: 'sending' as const, attempt: 1, reason: null, messageId: null, changedBy: 'worker' },
    { at, status: 'sent' as const, attempt: 1, reason: null, messageId: '0100018f-1', changedBy: 'worker' },
  ],
  addressSuppressedAt: null,
}
// A column that the ledger lists and this leaves out does not compile.
export const mail = entry
  .extend({
    history: z.array(change),
    addressSuppressedAt: moment
      .nullable()
      .describe('Since when no mail goes to the address, because of what became of this one'),
  })
  .meta({ id: 'Mail', example: sentWithHistory }) satisfies z.ZodType<Awaited<ReturnType<typeof listEmailsTo>>[number]>
const accountData = z
  .object({ mails: z.array(mail) })
  .meta({ id: 'AccountData', example: { mails: [sentWithHistory] } })

/** Adds the route that tells another service what is stored here about a person. */
export function addAccountRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/internal/accounts/:accountId/data',
    {
      config: { access: ['service'] },
      schema: {
        tags: ['Internal'],
        operationId: 'getAccountData',
        summary: 'Everything that is stored about a person',
        params: z.strictObject({ accountId: id }),
        response: { 200: accountData },
      },
    },
    async ({ tenantId, params }) => ({ mails: await listEmailsTo(db, tenantId, params.accountId) }),
  )
}
