import { AppError, type Database, type HttpApp, pageLimit, pageOf, toPage } from '@coursewire/service-kit'
import { z } from 'zod'
import type { statuses } from '../db/schema.ts'
import type { Interventions } from './interventions.ts'
import { listOwnEmails } from './ledger.ts'
import { moment } from './routes.ts'
import { templates } from './templates.ts'

type Status = (typeof statuses)[number]

/** The states of a mail, as far as they matter to the person to whom it goes. */
const stateOf = {
  pending: 'waiting',
  sending: 'waiting',
  sent: 'sent',
  delayed: 'sent',
  delivered: 'delivered',
  bounced: 'returned',
  complained: 'returned',
  suppressed: 'returned',
  failed: 'failed',
  unknown: 'uncertain',
} as const satisfies Record<Status, string>

const ownMail = z
  .object({
    id: z.string(),
    template: z.string(),
    courseId: z.string().nullable().describe('Null if the mail is about the account'),
    state: z
      .enum(['waiting', 'sent', 'delivered', 'returned', 'failed', 'uncertain'])
      .describe('`returned`: the address takes no mails. `uncertain`: it may have arrived'),
    createdAt: moment,
    updatedAt: moment,
    maySendAgain: z.boolean(),
  })
  .meta({
    id: 'OwnMail',
    example: {
      id: '0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f',
      template: 'welcome',
      courseId: 'course_1',
      state: 'delivered',
      createdAt: '2026-03-02T09:30:00.000000Z',
      updatedAt: '2026-03-02T09:30:02.000000Z',
      maySendAgain: true,
    },
  })

const tags = ['My mails']
const config = { access: ['student', 'editor', 'admin'] } as const

const aboutCourses = new Set(
  Object.entries(templates).flatMap(([name, { isAboutCourse }]) => (isAboutCourse ? [name] : [])),
)

/** Adds what people see of the mails to them. */
export function addOwnRoutes(
  app: HttpApp,
  { db, interventions }: { db: Database; interventions: Interventions },
): void {
  app.get(
    '/api/me/mails',
    {
      schema: {
        operationId: 'listOwnMails',
        tags,
        summary: 'The mails to the caller, newest first',
        querystring: z.strictObject({
          cursor: z.uuid().optional().describe('The nextCursor of the page before'),
          limit: pageLimit,
        }),
        response: { 200: pageOf(ownMail) },
      },
      config,
    },
    async ({ caller, query: { cursor: before, limit } }) => {
      const { items, nextCursor } = toPage(await listOwnEmails(db, caller, { before, limit: limit + 1 }), limit)
      return { items: items.map(show), nextCursor }
    },
  )

  app.post(
    '/api/me/mails/:id/send-again',
    {
      schema: {
        operationId: 'sendOwnMailAgain',
        tags,
        summary: 'Have a mail about a course sent again, once a day',
        params: z.object({ id: z.uuid() }),
        response: { 202: z.undefined().describe('It is sent to the address that the caller has now') },
        refusals: {
          404: 'mail.not-found',
          409: ['mail.pending', 'mail.withdrawn', 'mail.not-repeatable'],
          429: 'mail.too-often',
        },
      },
      config,
    },
    async ({ caller, params, log }, reply) => {
      await interventions.sendAgain(caller, params.id, ({ template }) => {
        if (aboutCourses.has(template)) return
        throw new AppError('conflict', 'mail.not-repeatable', 'Ask for a new link instead: that of an old mail is over')
      })
      log.info({ emailId: params.id }, 'Email resent by its recipient')
      return reply.code(202).send()
    },
  )
}

function show({
  status,
  template,
  fact,
  ...email
}: Awaited<ReturnType<typeof listOwnEmails>>[number]): z.output<typeof ownMail> {
  const state = stateOf[status]
  const isAboutCourse = aboutCourses.has(template)
  return {
    ...email,
    template,
    courseId: isAboutCourse ? fact : null,
    state,
    maySendAgain: isAboutCourse && state !== 'waiting',
  }
}
