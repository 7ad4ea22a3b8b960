import { cancellationReasons } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { accountRoles } from '../administration/account.ts'
import { accountChange } from '../administration/routes.ts'
import { accountRequestPurposes } from '../db/schema.ts'
import { enrollment } from '../enrollments/routes.ts'
import { moment } from '../fields.ts'
import { subscriptionKinds } from '../subscriptions/subscription.ts'
import type { Export, ExportService } from './export.ts'
import { forPeople, refusals } from './http.ts'

const at = '2026-03-02T09:30:00.000000Z'
const account = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  locale: z.string().nullable(),
  roles: z.array(z.enum(accountRoles)),
  courseNews: z.boolean(),
  courseChanges: z.boolean(),
  verifiedAt: moment.nullable(),
  createdAt: moment,
  updatedAt: moment,
})
const session = z.object({
  id: z.string(),
  browser: z.string().nullable(),
  system: z.string().nullable(),
  createdAt: moment,
  lastUsedAt: moment,
  expiresAt: moment,
})
const storedEnrollment = enrollment.omit({ userId: true }).extend({
  activation: z.int(),
  distributionId: z.string().nullable(),
  ctaType: z.string().nullable(),
  cancelledAt: moment.nullable(),
  cancellationReason: z.enum(cancellationReasons).nullable(),
  cancellationComment: z.string().nullable(),
})
const subscription = z.object({ kind: z.enum(subscriptionKinds), value: z.string() })
const confirmedSubscription = subscription.extend({
  subscriberId: z.string(),
  email: z.string(),
  locale: z.string(),
  confirmedAt: moment,
})
const request = z.object({
  id: z.string(),
  purpose: z.enum(accountRequestPurposes),
  email: z.string(),
  name: z.string(),
  locale: z.string(),
  pendingEnrollmentCourseId: z.string().nullable(),
  subscriptions: z.array(subscription).nullable(),
  createdAt: moment,
  expiresAt: moment,
  endedAt: moment.nullable(),
})
const change = z.object({
  accountId: z.string(),
  changedBy: z.string(),
  change: accountChange,
  changedAt: moment,
})
const personalData = z
  .object({
    exportedAt: moment,
    account,
    sessions: z.array(session),
    enrollments: z.array(storedEnrollment),
    requests: z.array(request).describe('The mails about the account that were asked for'),
    subscriptions: z
      .array(confirmedSubscription)
      .describe('The news that the address of the account has subscribed to'),
    changes: z.array(change).describe('What admins and operators have changed about the account'),
    changesMade: z.array(change).describe('What the person has changed about accounts as an admin'),
    services: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .describe('What other services store, by their names'),
  })
  .meta({
    id: 'PersonalData',
    example: {
      exportedAt: at,
      account: {
        id: 'usr_1',
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        locale: 'en',
        roles: ['student'],
        courseNews: true,
        courseChanges: true,
        verifiedAt: at,
        createdAt: at,
        updatedAt: at,
      },
      sessions: [],
      enrollments: [],
      requests: [],
      subscriptions: [],
      changes: [],
      changesMade: [],
      services: { 'email-worker': { mails: [] } },
    },
  })

export function addExportRoutes(app: HttpApp, { exports }: { exports: ExportService }): void {
  app.get(
    '/api/me/export',
    {
      schema: {
        operationId: 'exportMe',
        tags: ['Accounts'],
        summary: 'Everything that is stored about the caller, by all services',
        response: { 200: personalData },
        refusals: { ...refusals, 429: 'attempts.too-many' },
      },
      config: forPeople,
    },
    async ({ caller, id }): Promise<Export> => exports.export(caller, id),
  )
}
