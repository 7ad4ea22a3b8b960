import { emailAddress, id, languageTag, tag } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { accepted, BODY_LIMIT, causeOf, linkToken } from '../accounts/http.ts'
import type { SubscriptionService } from './service.ts'

const MAX_TARGET_GROUPS = 20

const newSubscriptions = z
  .strictObject({
    email: emailAddress,
    targetGroups: z.array(tag).max(MAX_TARGET_GROUPS).default([]).describe('New courses for these'),
    courseId: id.optional().describe('This course'),
    locale: languageTag.optional().describe('The language of the mails; by default that of the tenant'),
  })
  .refine(({ targetGroups, courseId }) => targetGroups.length > 0 || courseId !== undefined, {
    path: ['targetGroups'],
    message: 'A target group or a course is needed',
  })
  .meta({ id: 'NewSubscriptions', example: { email: 'ada@example.com', targetGroups: ['beginners'], locale: 'en' } })
const confirmation = z.strictObject({ token: linkToken }).meta({ id: 'NewsToken', example: { token: 'AZrM…' } })
const subscribed = z
  .object({ email: z.string(), targetGroups: z.array(z.string()), courseIds: z.array(z.string()) })
  .meta({ id: 'Subscriptions', example: { email: 'ada@example.com', targetGroups: ['beginners'], courseIds: [] } })

const unsubscription = z
  .strictObject({ token: z.string().min(1).max(1_000).describe('What follows /unsubscribe/ in the link of a mail') })
  .meta({ id: 'Unsubscription', example: { token: '7QmX…' } })

const tags = ['News']
const config = { access: 'public' } as const

export function addSubscriptionRoutes(app: HttpApp, { subscriptions }: { subscriptions: SubscriptionService }): void {
  app.post(
    '/api/subscriptions',
    {
      schema: {
        operationId: 'subscribe',
        tags,
        summary: 'Ask for news about courses; a mail has the link that confirms it',
        body: newSubscriptions,
        response: { 202: accepted.describe('The same whether the address is known or not') },
        refusals: { 404: 'tenant.not-found', 429: 'attempts.too-many' },
      },
      config,
    },
    async (request, reply) => {
      const { targetGroups, courseId, ...asked } = request.body
      const wanted = [
        ...[...new Set(targetGroups)].map((value) => ({ kind: 'target_group' as const, value })),
        ...(courseId === undefined ? [] : [{ kind: 'course' as const, value: courseId }]),
      ]
      await subscriptions.request({ ...asked, subscriptions: wanted }, request.ip, causeOf(request))
      return reply.code(202).send({ status: 'accepted' })
    },
  )

  app.post(
    '/api/subscriptions/confirm',
    {
      schema: {
        operationId: 'confirmSubscriptions',
        tags,
        summary: 'Use the link of a mail that confirms that news are wanted',
        body: confirmation,
        response: { 200: subscribed.describe('Everything that the address has subscribed to') },
        refusals: { 410: 'link.invalid', 429: 'attempts.too-many' },
      },
      config,
      bodyLimit: BODY_LIMIT,
    },
    async (request) => subscriptions.confirm(request.body.token, request.ip),
  )

  app.post(
    '/api/subscriptions/unsubscribe',
    {
      schema: {
        operationId: 'unsubscribe',
        tags,
        summary: 'End the mails that a link to unsubscribe is for, also those to an account; again changes nothing',
        body: unsubscription,
        response: { 204: z.undefined().describe('Ended') },
        refusals: { 410: 'link.invalid', 429: 'attempts.too-many' },
      },
      config,
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      await subscriptions.unsubscribe(request.body.token, request.ip)
      return reply.code(204).send()
    },
  )
}
