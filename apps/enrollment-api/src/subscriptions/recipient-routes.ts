import { id } from '@coursewire/events'
import { AppError, type Database, type HttpApp, pageOf } from '@coursewire/service-kit'
import { z } from 'zod'
import { findUser, isErased } from '../accounts/repository.ts'
import { findRecipient, listRecipients } from './recipients.ts'
import { isSubscriberId, newsKinds } from './subscription.ts'
import { digestCourse, type UnsubscribeTokens } from './unsubscribe-tokens.ts'

const MAX_RECIPIENTS = 1_000
const MAX_TARGET_GROUPS = 100

const kind = z
  .enum(newsKinds)
  .describe('launch: a course for a target group; notice: a course that is followed; change: a version of one')
const targetGroup = z.string().min(1).max(200)
const listQuery = z.object({
  kind,
  courseId: id,
  targetGroup: z
    .union([targetGroup, z.array(targetGroup).max(MAX_TARGET_GROUPS)])
    .default([])
    .describe('The target groups of a launch'),
  enrolledBefore: z.iso
    .datetime()
    .optional()
    .describe('Leaves out students who have enrolled since then: the news is older than that'),
  cursor: id.default('').describe('The nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(MAX_RECIPIENTS).default(MAX_RECIPIENTS).describe('How many at most'),
})
const recipientId = z
  .object({ id: z.string() })
  .meta({ id: 'RecipientId', example: { id: 'sub_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33' } })
const recipient = z
  .object({
    id: z.string(),
    name: z.string().nullable().describe('Null if the recipient has no account'),
    email: z.string(),
    locale: z.string(),
    unsubscribeToken: z.string().describe('For the link that ends mails of this kind. It has no end'),
  })
  .meta({
    id: 'Recipient',
    example: { id: 'usr_1', name: 'Ada Lovelace', email: 'ada@example.com', locale: 'en', unsubscribeToken: '7QmX…' },
  })

const config = { access: ['service'] } as const

export function addRecipientRoutes(
  app: HttpApp,
  { db, unsubscribeTokens }: { db: Database; unsubscribeTokens: UnsubscribeTokens },
): void {
  app.get(
    '/internal/recipients',
    {
      schema: {
        operationId: 'listRecipients',
        tags: ['Internal'],
        summary: 'Who gets news about a course, everybody once; a page may be short or empty and still have a next one',
        querystring: listQuery,
        response: { 200: pageOf(recipientId) },
      },
      config,
    },
    async ({ tenantId, query }) => {
      const { cursor: after, limit, targetGroup, ...news } = query
      return listRecipients(db, { ...news, tenantId, targetGroups: [targetGroup].flat() }, { after, limit })
    },
  )

  app.get(
    '/internal/recipients/:id',
    {
      schema: {
        operationId: 'getRecipient',
        tags: ['Internal'],
        summary: 'The name, address and language of somebody who gets news about a course',
        params: z.object({ id }),
        querystring: z.object({ kind, courseId: id }),
        response: { 200: recipient },
        refusals: { 404: 'recipient.not-found', 410: 'recipient.gone' },
      },
      config,
    },
    async ({ tenantId, params, query }) => {
      const { kind, courseId } = query
      const found = await findRecipient(db, { ...query, tenantId }, params.id)
      if (found) {
        const course = digestCourse(courseId)
        const unsubscribeToken = unsubscribeTokens.tokenOf({ tenantId, recipient: found.id, kind, course })
        return { ...found, unsubscribeToken }
      }
      // A subscriber who has unsubscribed is deleted, and looks like one who never was.
      const isKnown =
        isSubscriberId(params.id) ||
        (await findUser(db, tenantId, params.id)) !== null ||
        (await isErased(db, tenantId, params.id))
      if (!isKnown) throw new AppError('not-found', 'recipient.not-found', 'There is no such recipient')
      throw new AppError('gone', 'recipient.gone', 'The recipient gets no such news any more')
    },
  )
}
