import { id } from '@coursewire/events'
import type { Database, HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { exampleMoment } from '../examples.ts'
import { listVersionsBy } from './repository.ts'
import { showVersion } from './responses.ts'

const version = { distributionId: 'dist_1', version: 'v1', changelog: 'A new title', frozenAt: exampleMoment }
const accountData = z
  .object({
    versions: z
      .array(
        z.object({
          distributionId: z.string(),
          version: z.string(),
          changelog: z.string(),
          frozenAt: z.string().meta({ format: 'date-time' }),
        }),
      )
      .describe('The versions that the person has closed as an editor'),
  })
  .meta({ id: 'AccountData', example: { versions: [version] } })

/** Adds the route that tells another service what is stored here about a person. */
export function addAccountRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/internal/accounts/:accountId/data',
    {
      config: { access: ['service'] },
      schema: {
        tags: ['Internal'],
        operationId: 'getAccountData',
        summary: 'Everything that is stored about a person',
        params: z.strictObject({ accountId: id }),
        response: { 200: accountData },
      },
    },
    async ({ tenantId, params }) => {
      const found = await listVersionsBy(db, tenantId, params.accountId)
      return { versions: found.map(showVersion) }
    },
  )
}
