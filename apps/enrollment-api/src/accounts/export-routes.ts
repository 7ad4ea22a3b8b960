import { cancellationReasons } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { accountRoles } from '../administration/account.ts'
import { accountChange } from '../administration/routes.ts'
import { accountRequestPurposes } from '../db/schema.ts'
import type { Export, ExportService } from './export.ts'

const moment = z.string().meta({ format: 'date-time' })
const at = '2026-03-02T09:30:00.000000Z'
const account = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  locale: z.string().nullable(),
  roles: z.array(z.enum(accountRoles)),
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
const enrollment = z.object({
  id: z.string(),
  courseId: z.string(),
  enrollmentType: z.string(),
  source: z.string(),
  paymentStatus: z.string(),
  progress: z.int(),
  completed: z.boolean(),
  activation: z.int(),
  distributionId: z.string().nullable(),
  ctaType: z.string().nullable(),
  enrolledAt: moment,
  cancelledAt: moment.nullable(),
  cancellationReason: z.enum(cancellationReasons).nullable(),
  cancellationComment: z.string().nullable(),
  createdAt: moment,
  updatedAt: moment,
})
const request = z.object({
  id: z.string(),
  purpose: z.enum(accountRequestPurposes),
  email: z.string(),
  name: z.string(),
  locale: z.string(),
  pendingEnrollmentCourseId: z.string().nullable(),
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
    enrollments: z.array(enrollment),
    requests: z.array(request).describe('The mails about the account that were asked for'),
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
        verifiedAt: at,
        createdAt: at,
        updatedAt: at,
      },
      sessions: [],
      enrollments: [],
      requests: [],
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
        refusals: { 401: 'account.gone', 403: 'account.disabled', 429: 'attempts.too-many' },
      },
      config: { access: ['student', 'editor', 'admin'] },
    },
    async ({ caller, id }): Promise<Export> => exports.export(caller, id),
  )
}
