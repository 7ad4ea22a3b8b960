import { id } from '@coursewire/events'
import { AppError, assertFresh, type HttpApp, ifMatch, requireIfMatch } from '@coursewire/service-kit'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { moment } from '../fields.ts'
import type { TenantService } from './service.ts'
import { type Tenant, tenantFields } from './tenant.ts'

const example = {
  name: 'Acme Academy',
  timeZone: 'Europe/Berlin',
  locale: 'de',
  colors: { accent: '#0a5c36', onAccent: '#ffffff' },
  logoUrl: 'https://acme.example/logo.png',
  sender: 'Acme Academy <academy@acme.example>',
  replyTo: 'help@acme.example',
  postalAddress: 'Acme GmbH\nMoosweg 1\n10115 Berlin',
}
const settings = z.strictObject(tenantFields).meta({ id: 'TenantSettings', example })
const text = z.string().nullable()
const tenant = z
  .object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    locale: z.string().describe('The language of people who choose none'),
    colors: z.object({ accent: z.string(), onAccent: z.string() }).nullable(),
    logoUrl: text,
    sender: text.describe('One of EMAIL_SENDERS; null means EMAIL_FROM'),
    replyTo: text,
    postalAddress: text,
    updatedAt: moment,
  })
  .meta({ id: 'Tenant', example: { id: 'acme', ...example, updatedAt: '2026-03-02T09:30:00.000000Z' } })

const etagOf = ({ updatedAt }: Tenant) => `"${updatedAt}"`

function answer(reply: FastifyReply, found: Tenant): Tenant {
  void reply.header('etag', etagOf(found))
  return found
}

export function addTenantRoutes(app: HttpApp, { tenants }: { tenants: TenantService }): void {
  app.get(
    '/api/admin/tenant',
    {
      schema: {
        operationId: 'getTenant',
        tags: ['Administration'],
        summary: "The caller's tenant",
        response: { 200: tenant },
        refusals: { 404: 'tenant.not-found' },
        answerHeaders: { 200: ['ETag'] },
      },
      config: { access: ['admin'] },
    },
    async ({ tenantId }, reply) => answer(reply, await tenants.get(tenantId)),
  )

  app.put(
    '/api/admin/tenant',
    {
      preValidation: requireIfMatch,
      schema: {
        operationId: 'replaceTenant',
        tags: ['Administration'],
        summary: "Replace what the caller's tenant shows of itself",
        headers: ifMatch,
        body: settings,
        response: { 200: tenant },
        refusals: {
          404: 'tenant.not-found',
          412: 'if-match.stale',
          422: 'sender.not-allowed',
          428: 'if-match.missing',
        },
        answerHeaders: { 200: ['ETag'] },
      },
      config: { access: ['admin'] },
    },
    async ({ tenantId, caller, headers, body, log }, reply) => {
      const replaced = await tenants.replace(tenantId, body, (current) => assertFresh(headers, etagOf(current)))
      log.info({ changedBy: caller.id }, 'Tenant changed')
      return answer(reply, replaced)
    },
  )

  app.get(
    '/internal/tenants/:id',
    {
      schema: {
        operationId: 'getTenantById',
        tags: ['Internal'],
        summary: 'What a mail or a page of a tenant shows of it',
        params: z.object({ id }),
        response: { 200: tenant },
        refusals: { 404: 'tenant.not-found' },
      },
      config: { access: ['service'] },
    },
    async ({ tenantId, params }) => {
      if (params.id !== tenantId) throw new AppError('not-found', 'tenant.not-found', 'Tenant not found')
      return tenants.get(tenantId)
    },
  )
}
