import { type Database, type Logger, type ServiceClient, startTicking } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import * as metrics from './metrics.ts'

const EVERY_MS = 3_600_000
/** An event is handled within this time, unless the consumer is behind, which has an alarm of its own. */
const MIN_AGE_SECONDS = 600
/** Longer than a person needs to look at the alarm. */
const MAX_AGE_DAYS = 3
/** How many are named in the log. */
const MAX_NAMED = 20

const page = z.object({
  items: z.array(z.object({ id: z.string(), studentId: z.string(), courseId: z.string(), activation: z.int() })),
  nextCursor: z.string().nullable(),
})
type Enrollment = z.output<typeof page>['items'][number]

interface Sources {
  db: Database
  services: ServiceClient
  enrollmentApiUrl: string
}

interface CheckOptions extends Sources {
  /** Every tenant that is known by its host. */
  tenants: string[]
  logger: Logger
}

/**
 * Compares the ledger with the recent enrolments once an hour: each must have a welcome mail, whatever became of it. Never throws. Returns the
 * way to end it.
 */
export function startCompletenessCheck(options: CheckOptions): { close(): Promise<void> } {
  return startTicking(EVERY_MS, () => checkCompleteness(options))
}

export async function checkCompleteness({ logger, ...options }: CheckOptions): Promise<void> {
  try {
    let count = 0
    for (const tenantId of new Set(options.tenants)) {
      const missing = await findMissing(options, tenantId, MAX_AGE_DAYS)
      count += missing.length
      if (missing.length === 0) continue
      const remedy = 'Find why their events were not handled: the dead letters, and the log of the consumer'
      logger.error(
        { tenantId, count: missing.length, named: missing.slice(0, MAX_NAMED), remedy },
        'Enrolments have no mail',
      )
    }
    metrics.enrollmentsWithoutMail.record(count)
  } catch (error) {
    logger.warn({ err: error }, 'Enrolments cannot be compared with the ledger')
  }
}

/** Lists the enrolments of so many days, but of the last minutes, that the ledger knows nothing of. */
export async function findMissing(
  { db, services, enrollmentApiUrl }: Sources,
  tenantId: string,
  days: number,
): Promise<Enrollment[]> {
  const missing: Enrollment[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({
      minAgeSeconds: String(MIN_AGE_SECONDS),
      maxAgeSeconds: String(days * 86_400),
      ...(cursor !== null && { cursor }),
    })
    const found: z.output<typeof page> | null = await services.get(
      `${enrollmentApiUrl}/internal/enrollments?${query}`,
      tenantId,
      page,
    )
    if (!found) throw new Error('enrollment-api has no list of enrolments')
    missing.push(...(await leaveOutMailed(db, tenantId, found.items)))
    cursor = found.nextCursor
  } while (cursor !== null)
  return missing
}

async function leaveOutMailed(db: Database, tenantId: string, enrollments: Enrollment[]): Promise<Enrollment[]> {
  const { rows } = await db.execute<{ position: number }>(sql`
    SELECT position::int FROM unnest(
      ${sql.param(enrollments.map(({ studentId }) => studentId))}::text[],
      ${sql.param(enrollments.map(({ courseId }) => courseId))}::text[],
      ${sql.param(enrollments.map(({ activation }) => activation))}::int[]
    ) WITH ORDINALITY AS enrolled (student_id, course_id, activation, position)
    WHERE NOT EXISTS (
      SELECT FROM emails
      WHERE (tenant_id, recipient, fact, emails.activation, template)
        = (${tenantId}, student_id, course_id, enrolled.activation, 'welcome'))`)
  const positions = new Set(rows.map(({ position }) => position))
  return enrollments.filter((_, index) => positions.has(index + 1))
}
