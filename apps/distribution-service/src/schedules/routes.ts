import { line } from '@coursewire/events'
import { type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { plannedMoment } from '../entries/content.ts'
import { causeOf, forEditors, params } from '../entries/http.ts'
import { getDistribution } from '../entries/repository.ts'
import { exampleMoment } from '../examples.ts'
import { readSchedule, type Scheduled } from './repository.ts'
import type { ScheduleService } from './service.ts'

const tags = ['Distributions']

const planBody = z
  .strictObject({
    publishAt: plannedMoment.nullish(),
    unpublishAt: plannedMoment.nullish(),
    reason: line(1, 500).optional().describe('The reason for unpublishing; required with unpublishAt'),
  })
  .refine(({ unpublishAt, reason }) => !unpublishAt || reason !== undefined, {
    path: ['reason'],
    message: 'Required with unpublishAt',
  })
  .meta({ id: 'Plan', example: { publishAt: '2026-04-01T08:00:00Z' } })

const scheduleResponse = z
  .object({
    publishAt: z.string().nullable(),
    unpublishAt: z.string().nullable(),
    reason: z.string().nullable(),
    error: z.string().nullable().describe('Why a planned change could not be made'),
  })
  .meta({ id: 'Schedule', example: { publishAt: exampleMoment, unpublishAt: null, reason: null, error: null } })

function showSchedule(scheduled: Scheduled[]): z.input<typeof scheduleResponse> {
  const publish = scheduled.find(({ visibility }) => visibility === 'public')
  const unpublish = scheduled.find(({ visibility }) => visibility === 'private')
  return {
    publishAt: publish?.at ?? null,
    unpublishAt: unpublish?.at ?? null,
    reason: unpublish?.reason ?? null,
    error: publish?.error ?? null,
  }
}

export function addScheduleRoutes(app: HttpApp, ctx: { db: Database; schedules: ScheduleService }): void {
  const { db, schedules } = ctx

  app.get(
    '/api/distributions/:id/schedule',
    forEditors({
      tags,
      operationId: 'getSchedule',
      summary: 'Get the schedule of a distribution',
      refusals: { 404: 'distribution.not-found' },
      params,
      response: { 200: scheduleResponse },
    }),
    async ({ tenantId, params: { id } }) => {
      await getDistribution(db, tenantId, id)
      return showSchedule(await readSchedule(db, id))
    },
  )

  app.put(
    '/api/distributions/:id/schedule',
    forEditors({
      tags,
      operationId: 'planSchedule',
      summary: 'Replace the schedule of a distribution; an empty plan cancels it',
      refusals: { 404: 'distribution.not-found', 422: ['schedule.past', 'schedule.order'] },
      params,
      body: planBody,
      response: { 200: scheduleResponse },
    }),
    async (request) => {
      const { publishAt = null, unpublishAt = null, reason = null } = request.body
      return showSchedule(await schedules.plan(request.params.id, { publishAt, unpublishAt, reason }, causeOf(request)))
    },
  )
}
