import type { Database, Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'

/** The latest state of a distribution. `courseId` is null if the event does not name the course. */
export interface DistributionChange {
  tenantId: string
  distributionId: string
  courseId: string | null
  isPublic: boolean
  changedAt: string
}

/**
 * Applies a change unless a later one is known. Postgres compares the moments, to the microsecond. A stored moment more than a day in
 * the future does not count; such events used to be accepted.
 */
export async function applyChange(tx: Transaction, change: DistributionChange): Promise<void> {
  const { tenantId, distributionId, courseId, isPublic, changedAt } = change
  const isOlder = sql`excluded.changed_at < known.changed_at AND known.changed_at <= now() + interval '1 day'`
  await tx.execute(sql`
    INSERT INTO distributions AS known (tenant_id, distribution_id, course_id, is_public, changed_at, seen_at)
    VALUES (${tenantId}, ${distributionId}, ${courseId}, ${isPublic}, ${changedAt}, clock_timestamp())
    ON CONFLICT (tenant_id, distribution_id) DO UPDATE SET
      course_id = coalesce(known.course_id, excluded.course_id),
      is_public = CASE WHEN ${isOlder} THEN known.is_public ELSE excluded.is_public END,
      changed_at = CASE WHEN ${isOlder} THEN known.changed_at ELSE excluded.changed_at END,
      seen_at = excluded.seen_at`)
}

const distributionsOf = (row: string) => `
  SELECT FROM distributions AS distribution
  WHERE distribution.tenant_id = ${row}.tenant_id AND distribution.course_id = ${row}.course_id`

/**
 * Selects the stored answer about the course as long as it is valid. It stops being valid when an event names the course, or when an
 * event after the question is about a distribution of unknown course, because that may belong to this one.
 */
const validAnswersOn = (row: string) => `
  SELECT FROM course_answers AS answer
  WHERE answer.tenant_id = ${row}.tenant_id AND answer.course_id = ${row}.course_id AND NOT EXISTS (
    SELECT FROM distributions AS told WHERE told.tenant_id = answer.tenant_id
      AND (told.course_id = answer.course_id OR (told.course_id IS NULL AND told.seen_at >= answer.asked_at)))`

/** Returns SQL that is true if the `tenant_id` and `course_id` of `row` name a course that is open for enrolment. */
export function isOpen(row: string): string {
  return `(EXISTS (${distributionsOf(row)} AND distribution.is_public)
    OR EXISTS (${validAnswersOn(row)} AND answer.is_public))`
}

/** Reads what is known about a course, and the database's time of that reading. */
export async function readKnowledge(
  db: Database,
  tenantId: string,
  courseId: string,
): Promise<{ isOpen: boolean; isKnown: boolean; at: string }> {
  const { rows } = await db.execute<{ isOpen: boolean; isKnown: boolean; at: string }>(sql`
    SELECT ${sql.raw(isOpen('asked'))} AS "isOpen", clock_timestamp()::text AS "at",
           EXISTS (${sql.raw(distributionsOf('asked'))}) OR EXISTS (${sql.raw(validAnswersOn('asked'))}) AS "isKnown"
    FROM (VALUES (${tenantId}, ${courseId})) AS asked (tenant_id, course_id)`)
  const [knowledge] = rows
  if (!knowledge) throw new Error('The query returned no row')
  return knowledge
}

/** Stores an answer of distribution-service. `askedAt` is the moment before the question. */
export async function saveAnswer(
  db: Database,
  answer: { tenantId: string; courseId: string; isPublic: boolean; askedAt: string },
): Promise<void> {
  const { tenantId, courseId, isPublic, askedAt } = answer
  await db.execute(sql`
    INSERT INTO course_answers AS known (tenant_id, course_id, is_public, asked_at)
    VALUES (${tenantId}, ${courseId}, ${isPublic}, ${askedAt})
    ON CONFLICT (tenant_id, course_id) DO UPDATE SET is_public = excluded.is_public, asked_at = excluded.asked_at
    WHERE known.asked_at < excluded.asked_at`)
}
