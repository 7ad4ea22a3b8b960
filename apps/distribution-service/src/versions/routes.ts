import { text } from '@coursewire/events'
import { type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Content } from '../entries/content.ts'
import { type Distribution, readContent } from '../entries/distribution.ts'
import { answer, causeOf, createFreshnessCheck, forEditors, forGuardedChange, params } from '../entries/http.ts'
import { getDistribution } from '../entries/repository.ts'
import { distributionResponse } from '../entries/responses.ts'
import { limit, pageOf, toPage } from '../paging.ts'
import { compareContents, getVersion, listVersions } from './repository.ts'
import { differenceResponse, showVersion, versionResponse, versionSummaryResponse } from './responses.ts'
import type { VersionService } from './service.ts'

const tags = ['Versions']
const version = z
  .string()
  .regex(/^v[1-9]\d{0,8}$/, 'Must be a version, such as v1')
  .transform((text) => Number(text.slice(1)))
const versionBody = z
  .strictObject({ changelog: text(1, 5_000) })
  .meta({ id: 'VersionEnd', example: { changelog: 'A new title' } })
const paramsOfOne = z.strictObject({ ...params.shape, version })

export function addVersionRoutes(app: HttpApp, ctx: { db: Database; versions: VersionService }): void {
  const { db, versions } = ctx

  app.get(
    '/api/distributions/:id/versions',
    forEditors({
      tags,
      operationId: 'listVersions',
      summary: 'List the versions that ended, the latest first',
      refusals: { 404: 'distribution.not-found' },
      params,
      querystring: z.strictObject({ cursor: version.optional(), limit }),
      response: { 200: pageOf(versionSummaryResponse) },
    }),
    async ({ tenantId, params: { id }, query }) => {
      await getDistribution(db, tenantId, id)
      const found = await listVersions(db, id, { before: query.cursor, limit: query.limit + 1 })
      return toPage(found, query.limit, ({ version }) => `v${version}`, showVersion)
    },
  )

  app.post(
    '/api/distributions/:id/versions',
    forEditors({
      tags,
      operationId: 'endVersion',
      summary: 'End the current version and begin the next',
      refusals: { 404: 'distribution.not-found', 422: 'event.too-large' },
      answerHeaders: { 201: ['ETag', 'Location'] },
      params,
      body: versionBody,
      response: { 201: distributionResponse },
    }),
    async (request, reply) => {
      const { params, body, caller } = request
      const by = { id: caller.id, cause: causeOf(request) }
      const bumped = await versions.bump(params.id, body.changelog, by)
      void reply.code(201).header('location', `/api/distributions/${params.id}/versions/v${bumped.version - 1}`)
      return answer(reply, bumped)
    },
  )

  app.get(
    '/api/distributions/:id/versions/:version',
    forEditors({
      tags,
      operationId: 'getVersion',
      summary: 'Get the content of a version that ended',
      refusals: { 404: ['distribution.not-found', 'version.not-found'] },
      params: paramsOfOne,
      response: { 200: versionResponse },
    }),
    async ({ tenantId, params: { id, version } }) => {
      await getDistribution(db, tenantId, id)
      return showVersion(await getVersion(db, id, version))
    },
  )

  app.get(
    '/api/distributions/:id/versions/:version/differences',
    forEditors({
      tags,
      operationId: 'compareVersions',
      summary: 'Compare two versions',
      refusals: { 404: ['distribution.not-found', 'version.not-found'] },
      params: paramsOfOne,
      querystring: z.strictObject({
        to: version.optional().describe('The version to compare with; by default the current one'),
      }),
      response: { 200: differenceResponse },
    }),
    async ({ tenantId, params: { id, version }, query: { to } }) => {
      const current = await getDistribution(db, tenantId, id)
      const other = to ?? current.version
      const fields = compareContents(await readVersion(current, version), await readVersion(current, other))
      return { from: `v${version}`, to: `v${other}`, fields }
    },
  )

  async function readVersion(current: Distribution, version: number): Promise<Content> {
    return version === current.version ? readContent(current) : (await getVersion(db, current.id, version)).content
  }

  app.post(
    '/api/distributions/:id/versions/:version/restore',
    forGuardedChange({
      tags,
      operationId: 'restoreVersion',
      summary: 'Restore the content of a version as a new version',
      refusals: {
        404: ['distribution.not-found', 'version.not-found'],
        409: 'distribution.incomplete',
        422: 'event.too-large',
      },
      answerHeaders: { 200: ['ETag'] },
      params: paramsOfOne,
      response: { 200: distributionResponse },
    }),
    async (request, reply) => {
      const { params, headers, caller } = request
      const assertFresh = createFreshnessCheck(headers)
      const { id, version } = params
      const by = { id: caller.id, cause: causeOf(request) }
      return answer(reply, await versions.restore(id, version, assertFresh, by))
    },
  )
}
