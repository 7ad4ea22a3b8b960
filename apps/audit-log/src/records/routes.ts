import { Readable } from 'node:stream'
import { id } from '@coursewire/events'
import { type Database, type HttpApp, pageLimit, pageOf, toPage } from '@coursewire/service-kit'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { findRecords, findStory, readRecords } from './repository.ts'
import { showRecord, writeLines } from './shown-record.ts'
import { tellInOrder } from './story.ts'

/** A request causes a few events, but whoever brings in a thousand courses may name one request for all. */
const MAX_STORY = 1_000
const EXPORTED_AT_ONCE = 500

const time = z.iso
  .datetime({ offset: true })
  .refine((moment) => Date.parse(moment) >= 0, 'is before 1970')
  // Postgres does not know every offset.
  .transform((moment) => new Date(moment).toISOString())
  .meta({ format: 'date-time', type: 'string' })
const period = {
  since: time.optional().describe('Only what Kafka got since then'),
  until: time.optional().describe('Only what Kafka got before then'),
}
const search = z.strictObject({
  entity: id
    .optional()
    .describe('Only events that name this id: of a course, a page, an enrolment, an account, a mail'),
  actor: id.optional().describe('Only what this account did'),
  type: id.optional().describe('Only events of this type'),
  ...period,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .describe('The nextCursor of the page before'),
  limit: pageLimit,
})

const moment = z.string().meta({ example: '2026-12-01T08:00:00.000000Z' })
const auditRecord = z
  .object({
    id: z.string().describe('Its place in the log'),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    appendedAt: moment.describe('When Kafka got it'),
    key: z.string().nullable(),
    headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
    type: z.string().nullable(),
    eventId: z.string().nullable(),
    correlationId: z.string().nullable().describe('The request with which it began'),
    causationId: z.string().nullable().describe('The event that caused it; null if the request did'),
    actor: z.string().nullable(),
    event: z.unknown().describe('The event, with fields that nobody here knows; null for a dead letter'),
    deadLetter: z
      .object({ reason: z.string(), bytes: z.int().nullable(), sha256: z.string().nullable() })
      .nullable()
      .describe('Why a record was refused, and what can be said of it without keeping it'),
  })
  .meta({
    id: 'AuditRecord',
    example: {
      id: '17',
      topic: 'enrollment.events.v1',
      partition: 0,
      offset: 4,
      appendedAt: '2026-12-01T08:00:00.000000Z',
      key: 'enr_1',
      headers: [{ name: 'ce_type', value: 'enrollment.completed' }],
      type: 'enrollment.completed',
      eventId: '9b2f6c1e-7a53-4f0e-8d7b-3a1c5e9d2f40',
      correlationId: 'req-1',
      causationId: null,
      actor: 'usr_1',
      event: { type: 'enrollment.completed' },
      deadLetter: null,
    },
  })
const story = z
  .object({
    items: z.array(auditRecord),
    isWhole: z.boolean().describe(`Whether these are all; there are at most ${MAX_STORY}`),
  })
  .meta({ id: 'AuditStory', example: { items: [], isWhole: true } })

const exported = z
  .string()
  .describe('Records, one on each line')
  .meta({ id: 'AuditExport', example: '{"id":"17","topic":"enrollment.events.v1"}\n' })

const tags = ['Audit']
const config = { access: ['admin'] } as const

/** Adds what admins read of the log of their tenant. */
export function addRecordRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/api/admin/records',
    {
      schema: {
        operationId: 'listRecords',
        tags,
        summary: "What happened in the caller's tenant, newest first",
        querystring: search,
        response: { 200: pageOf(auditRecord) },
      },
      config,
    },
    async ({ tenantId, query }) => {
      const { cursor, limit, ...wanted } = query
      const before = cursor === undefined ? undefined : BigInt(cursor)
      const found = await findRecords(db, tenantId, wanted, { before, limit: limit + 1 })
      return toPage(found.map(showRecord), limit)
    },
  )

  app.get(
    '/api/admin/records/stories/:correlationId',
    {
      schema: {
        operationId: 'getStory',
        tags,
        summary: 'Everything that came of one request, in all services: each event after its cause',
        params: z.object({ correlationId: id }),
        response: { 200: story },
      },
      config,
    },
    async ({ tenantId, params }) => {
      const found = await findStory(db, tenantId, params.correlationId, MAX_STORY + 1)
      return { items: tellInOrder(found.slice(0, MAX_STORY)).map(showRecord), isWhole: found.length <= MAX_STORY }
    },
  )

  app.get(
    '/api/admin/records/export',
    {
      schema: {
        operationId: 'exportRecords',
        tags,
        summary: "The log of the caller's tenant, oldest first: one AuditRecord in JSON on each line",
        querystring: z.strictObject(period),
        produces: ['application/x-ndjson'],
        response: { 200: exported },
      },
      config,
    },
    async ({ tenantId, query }, reply) =>
      (reply as FastifyReply)
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit-log.ndjson"')
        .send(Readable.from(writeLines(readRecords(db, tenantId, query, EXPORTED_AT_ONCE)))),
  )
}
