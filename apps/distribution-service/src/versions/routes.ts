import { describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { type Content, type Distribution, readContent } from '../entries/distribution.ts'
import { getDistribution } from '../entries/repository.ts'
import { versionBody } from '../entries/requests.ts'
import {
  differenceView,
  distributionView,
  showVersion,
  summarizeVersion,
  versionSummary,
  versionView,
} from '../entries/responses.ts'
import { access, answer, causeOf, ifMatch, params, preconditionOf, preconditionRequired } from '../entries/routes.ts'
import { limit, pageOf, toPage } from '../paging.ts'
import { compareContents, getVersion, listVersions } from './repository.ts'

const config = access
const tags = ['Versions']
const version = z
  .string()
  .regex(/^v[1-9]\d{0,8}$/, 'Must be a version, such as v1')
  .transform((text) => Number(text.slice(1)))
const paramsOfOne = z.strictObject({ ...params.shape, version })

export function addVersionRoutes(app: HttpApp, { db, distributions }: Context): void {
  app.get(
    '/api/distributions/:id/versions',
    {
      config,
      schema: {
        tags,
        summary: 'The versions that ended, latest first',
        params,
        querystring: z.strictObject({ cursor: version.optional(), limit }),
        response: { 200: pageOf(versionSummary), ...describeProblems(401, 403, 404) },
      },
    },
    async ({ tenantId, params: { id }, query }) => {
      await getDistribution(db, tenantId, id)
      const found = await listVersions(db, id, { before: query.cursor, limit: query.limit + 1 })
      return toPage(found, query.limit, (it) => `v${it.version}`, summarizeVersion)
    },
  )

  app.post(
    '/api/distributions/:id/versions',
    {
      config,
      schema: {
        tags,
        summary: 'Keep what is said now as the version it is, and go on with the next',
        params,
        body: versionBody,
        response: { 201: distributionView, ...describeProblems(401, 403, 404, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { params, body, caller } = request
      const bumped = await distributions.bumpVersion(params.id, body.changelog, caller.id, causeOf(request))
      void reply.code(201).header('location', `/api/distributions/${params.id}/versions/v${bumped.version - 1}`)
      return answer(reply, bumped)
    },
  )

  app.get(
    '/api/distributions/:id/versions/:version',
    {
      config,
      schema: {
        tags,
        summary: 'What was said when a version ended',
        params: paramsOfOne,
        response: { 200: versionView, ...describeProblems(401, 403, 404) },
      },
    },
    async ({ tenantId, params: { id, version } }) => {
      await getDistribution(db, tenantId, id)
      return showVersion(await getVersion(db, id, version))
    },
  )

  app.get(
    '/api/distributions/:id/versions/:version/differences',
    {
      config,
      schema: {
        tags,
        summary: 'What differs between two versions',
        params: paramsOfOne,
        querystring: z.strictObject({ to: version.optional().describe('Where not the version that goes on') }),
        response: { 200: differenceView, ...describeProblems(401, 403, 404) },
      },
    },
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
    {
      config,
      preValidation: preconditionRequired,
      schema: {
        tags,
        summary: 'Say again what a version said, as a new version',
        params: paramsOfOne,
        headers: ifMatch,
        response: { 200: distributionView, ...describeProblems(401, 403, 404, 409, 412, 413, 415, 422, 428) },
      },
    },
    async (request, reply) => {
      const { params, headers, caller } = request
      const isFresh = preconditionOf(headers)
      const { id, version } = params
      return answer(reply, await distributions.restore(id, version, caller.id, isFresh, causeOf(request)))
    },
  )
}
