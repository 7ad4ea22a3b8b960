import { createOutageLog, type Database, type Logger, type ServiceClient, startTicking } from '@coursewire/service-kit'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { tenants } from '../db/schema.ts'

const EVERY_MS = 60_000
const answer = z.object({ timeZone: z.string() })

/** Asks enrollment-api once a minute in which time zones the known tenants are. */
export function startFollowingTimeZones(options: {
  db: Database
  services: ServiceClient
  enrollmentApiUrl: string
  logger: Logger
}): { close(): Promise<void> } {
  const outages = createOutageLog(options.logger, {
    failing: 'Time zones cannot be read',
    works: 'Time zones are read again',
  })
  return startTicking(EVERY_MS, () => refreshTimeZones(options).then(outages.worked, outages.failed))
}

/** A change counts from the events that are handled after it. A zone that Postgres does not know is UTC. */
export async function refreshTimeZones({
  db,
  services,
  enrollmentApiUrl,
}: {
  db: Database
  services: ServiceClient
  enrollmentApiUrl: string
}): Promise<void> {
  for (const { tenantId } of await db.select({ tenantId: tenants.tenantId }).from(tenants)) {
    const url = `${enrollmentApiUrl}/internal/tenants/${encodeURIComponent(tenantId)}`
    const tenant = await services.get(url, tenantId, answer)
    if (!tenant) continue
    const known = sql`(SELECT name FROM pg_timezone_names WHERE name = ${tenant.timeZone})`
    await db.update(tenants).set({ timeZone: known }).where(eq(tenants.tenantId, tenantId))
  }
}
