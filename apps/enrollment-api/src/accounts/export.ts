import type { paths as Catalogue } from '@coursewire/api-client/distribution-service'
import type { paths as Mails } from '@coursewire/api-client/email-worker'
import type { paths as Insights } from '@coursewire/api-client/insights'
import { AppError, type Caller, type Database, type Moment, now, type ServiceClient } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Limits } from '../limits/limits.ts'
import { type PersonalData, readPersonalData } from './export-repository.ts'
import { getUsable, refuseGone } from './own-account.ts'

const path = '/internal/accounts/{accountId}/data' satisfies keyof Mails & keyof Catalogue & keyof Insights
const answer = z.record(z.string(), z.unknown())

export interface Export extends PersonalData {
  exportedAt: Moment
  /** The answers of the other services, by their names. */
  services: Record<string, z.output<typeof answer>>
}

/** Collects what is stored about a person. `services` are the others that store anything, with their addresses. */
export function createExportService(options: {
  db: Database
  client: ServiceClient
  services: Record<string, string>
  limits: Limits
}) {
  const { db, client, services, limits } = options

  /** Throws `export.incomplete`, whatever is wrong with the service: half a document would look like a whole one. */
  async function ask(service: string, address: string, { tenantId, id }: Caller, requestId: string) {
    const url = `${address}${path.replace('{accountId}', () => encodeURIComponent(id))}`
    const refuse = (cause?: unknown) =>
      new AppError('unavailable', 'export.incomplete', 'A service does not answer', { service }, { cause })
    const data = await client.get(url, tenantId, answer, { requestId }).catch((error: unknown) => {
      throw refuse(error)
    })
    if (data === null) throw refuse()
    return [service, data] as const
  }

  return {
    /** Everything or nothing. Throws as `getUsable`, `attempts.too-many`, or `export.incomplete` if a service does not answer. */
    async export(caller: Caller, requestId: string): Promise<Export> {
      await getUsable(db, caller)
      await limits.take('exportsOfAccount', caller.tenantId, caller.id)
      const asked = Object.entries(services).map(([service, address]) => ask(service, address, caller, requestId))
      const answers = Object.fromEntries(await Promise.all(asked))
      // One snapshot, so that the parts belong together.
      const own = await db.transaction((tx) => readPersonalData(tx, caller), {
        isolationLevel: 'repeatable read',
        accessMode: 'read only',
      })
      if (!own) throw refuseGone()
      return { exportedAt: now(), ...own, services: answers }
    },
  }
}

export type ExportService = ReturnType<typeof createExportService>
