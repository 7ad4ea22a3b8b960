import { emailAddress, id, line } from '@coursewire/events'
import { type HttpApp, pageLimit, pageOf, toPage } from '@coursewire/service-kit'
import { z } from 'zod'
import { statuses } from '../db/schema.ts'
import { type Interventions, notFound } from './interventions.ts'
import { findEmailOf, listEmails } from './ledger.ts'
import { rewrite } from './rewriting.ts'
import { ledgerEntry, mail, moment } from './routes.ts'
import { findSuppression, hashAddress } from './suppression.ts'
import type { Sources } from './templates.ts'

const search = z.strictObject({
  recipient: id.optional().describe('The id of an account'),
  courseId: id.optional(),
  template: id.optional(),
  status: z.enum(statuses).optional(),
  since: z.iso
    .datetime({ offset: true })
    .refine((moment) => Date.parse(moment) >= 0, 'is before 1970')
    .optional()
    .describe('Only mails that were asked for since then'),
  cursor: z.uuid().optional().describe('The nextCursor of the page before'),
  limit: pageLimit,
})
const params = z.object({ id: z.uuid() })
const reason = line(1, 200).describe(
  'Kept in the history of the mail. Nobody but admins and operators, and the recipient, reads it',
)
const resending = z.strictObject({ reason }).meta({ id: 'Resending', example: { reason: 'Lost by their server' } })
const resent = z
  .object({ mayArriveTwice: z.boolean().describe('Whether it was, or may have been, sent before') })
  .meta({ id: 'Resent', example: { mayArriveTwice: true } })
const address = z.strictObject({ email: emailAddress }).meta({ id: 'Address', example: { email: 'ada@example.com' } })
const lifting = z
  .strictObject({ email: emailAddress, reason })
  .meta({ id: 'Lifting', example: { email: 'ada@example.com', reason: 'The mailbox exists again' } })
const found = z
  .object({
    suppression: z
      .object({
        reason: z.enum(['bounced', 'complained']),
        since: moment,
        mailId: z.string().describe('The mail that led to it'),
      })
      .nullable(),
  })
  .meta({ id: 'FoundSuppression', example: { suppression: null } })

const remark =
  'Written from what is known today; its secret links lead nowhere. What was sent may differ: sentBytes and sentSha256 tell of that.'
const content = z.object({ subject: z.string(), html: z.string(), text: z.string(), remark: z.string() }).meta({
  id: 'MailContent',
  example: { subject: 'Welcome to “Gardens”', html: '<p>Hello</p>', text: 'Hello', remark },
})

const tags = ['Administration']
const config = { access: ['admin'] } as const

/** Adds what admins see of the mails of their tenant, and what they do about them. */
export function addAdminRoutes(
  app: HttpApp,
  options: { interventions: Interventions; addressHashKey: string } & Sources,
): void {
  const { db, interventions, addressHashKey } = options
  app.get(
    '/api/admin/mails',
    {
      schema: {
        operationId: 'listMails',
        tags,
        summary: "The mails of the caller's tenant, newest first",
        querystring: search,
        response: { 200: pageOf(ledgerEntry) },
      },
      config,
    },
    async ({ tenantId: tenant, query }) => {
      const { courseId: course, cursor: before, limit, since: given, ...filter } = query
      // Postgres does not know every offset.
      const since = given && new Date(given).toISOString()
      return toPage(await listEmails(db, { ...filter, tenant, course, since, before, limit: limit + 1 }), limit)
    },
  )

  app.get(
    '/api/admin/mails/:id',
    {
      schema: {
        operationId: 'getMail',
        tags,
        summary: 'A mail, with every change of it',
        params,
        response: { 200: mail },
        refusals: { 404: 'mail.not-found' },
      },
      config,
    },
    async ({ tenantId, params }) => {
      const email = await findEmailOf(db, tenantId, params.id)
      if (!email) throw notFound()
      return email
    },
  )

  app.get(
    '/api/admin/mails/:id/content',
    {
      schema: {
        operationId: 'getMailContent',
        tags,
        summary: 'A mail as it would be written today',
        params,
        response: { 200: content },
        refusals: { 404: 'mail.not-found', 409: 'mail.not-writable' },
      },
      config,
    },
    async ({ tenantId, params }) => {
      const email = await findEmailOf(db, tenantId, params.id)
      if (!email) throw notFound()
      return { ...(await rewrite(email, options)), remark }
    },
  )

  app.post(
    '/api/admin/mails/:id/resend',
    {
      schema: {
        operationId: 'resendMail',
        tags,
        summary: 'Send a mail again, to the address that the recipient has now',
        params,
        body: resending,
        response: { 202: resent },
        refusals: {
          404: 'mail.not-found',
          409: ['mail.pending', 'mail.suppressed', 'mail.withdrawn'],
          429: 'interventions.too-many',
        },
      },
      config,
    },
    async ({ caller, params, body, log }, reply) => {
      const mayArriveTwice = await interventions.resend(caller, params.id, body.reason)
      log.info({ emailId: params.id, changedBy: caller.id }, 'Email resent by an admin')
      return reply.code(202).send({ mayArriveTwice })
    },
  )

  app.post(
    '/api/admin/suppressions/lookup',
    {
      schema: {
        operationId: 'findSuppression',
        tags,
        summary: 'Whether an address gets no mails any more, since when and why',
        body: address,
        response: { 200: found },
      },
      config,
    },
    async ({ tenantId, body }) => ({
      suppression: await findSuppression(db, tenantId, hashAddress(body.email, addressHashKey)),
    }),
  )

  app.post(
    '/api/admin/suppressions/lift',
    {
      schema: {
        operationId: 'liftSuppression',
        tags,
        summary: 'Let an address get mails again',
        body: lifting,
        response: { 204: z.undefined().describe('It gets the mails that become due from now on') },
        refusals: { 404: 'suppression.not-found', 429: 'interventions.too-many' },
      },
      config,
    },
    async ({ caller, body, log }, reply) => {
      await interventions.lift(caller, hashAddress(body.email, addressHashKey), body.reason)
      log.info({ changedBy: caller.id }, 'Suppression lifted')
      return reply.code(204).send()
    },
  )
}
