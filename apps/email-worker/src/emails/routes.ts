import { id } from '@coursewire/events'
import type { Database, HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { listEmailsTo } from './ledger.ts'

const accountData = z.object({ mails: z.array(z.record(z.string(), z.unknown())) })

/** What is stored about a person, for the service that exports it. */
export function addAccountRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/internal/accounts/:id/data',
    { schema: { params: z.object({ id }), response: { 200: accountData } }, config: { access: ['service'] } },
    async ({ tenantId, params }) => ({ mails: await listEmailsTo(db, tenantId, params.id) }),
  )
}
