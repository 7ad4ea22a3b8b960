import { toBinaryArray, toOutboxColumns } from '@coursewire/messaging'
import { AppError, type Caller, type Database } from '@coursewire/service-kit'
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Pool } from 'pg'
import { isOpen } from '../courses/repository.ts'
import { enrollments, enrollmentUserKey } from '../db/schema.ts'
import type { Draft, Enrollment } from './enrollment.ts'

type Student = Pick<Caller, 'tenantId' | 'id'>

const insertStatement = `
  WITH request AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      WITH ORDINALITY AS request (id, tenant_id, user_id, course_id, source, at, position)
  ), written AS (
    INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status,
                             enrolled_at, created_at, updated_at)
    SELECT id, tenant_id, user_id, course_id, 'free', source, 'free', moment, moment, moment
    FROM request, CAST(at AS timestamptz) AS moment
    WHERE ${isOpen('request')}
    ORDER BY tenant_id, user_id, course_id, position
    ON CONFLICT DO NOTHING
    RETURNING id
  ), told AS (
    INSERT INTO outbox (channel, topic, key, payload, headers, log)
    SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
    FROM written
    JOIN unnest($7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::text[], $13::text[])
      WITH ORDINALITY AS message (owner, channel, topic, key, payload, headers, log, position)
      ON message.owner = written.id
    ORDER BY position
  )
  SELECT id FROM written`

/**
 * Writes the drafts whose course is open and whose student is not enrolled yet, together with their messages, in one statement and one
 * commit. Returns their ids. The rows are ordered so that two batches cannot deadlock. The messages are selected from the written
 * rows, so neither exists without the other.
 */
export async function insertEnrollments(pool: Pool, drafts: Draft[]): Promise<Set<string>> {
  const { ids, tenantIds, userIds, courseIds } = toColumns(drafts)
  const sources = drafts.map(({ enrollment }) => enrollment.source)
  const moments = drafts.map(({ enrollment }) => enrollment.enrolledAt)
  const owners = drafts.flatMap(({ enrollment, messages }) => messages.map(() => enrollment.id))
  const columns = [ids, tenantIds, userIds, courseIds, sources, moments, owners]
  const messages = toOutboxColumns(drafts.flatMap((draft) => draft.messages))
  try {
    const { rows } = await pool.query<{ id: string }>({
      // Named, so that Postgres plans it once per connection. Planning takes longer than writing a single row.
      name: 'insert-enrollments',
      text: insertStatement,
      values: [...columns.map((column) => toBinaryArray('text', column)), ...Object.values(messages)],
    })
    return new Set(rows.map(({ id }) => id))
  } catch (error) {
    const { constraint } = error as { constraint?: string }
    if (constraint !== enrollmentUserKey) throw error
    throw new AppError('unauthorized', 'account.gone', 'The account is gone', {}, { cause: error })
  }
}

/** Finds the stored enrolments of the drafts' students in their courses, by the id of the draft. */
export async function findStored(db: Database, drafts: Draft[]): Promise<Map<string, Enrollment>> {
  if (drafts.length === 0) return new Map()
  const { ids, tenantIds, userIds, courseIds } = toColumns(drafts)
  const wanted = sql`unnest(${texts(ids)}, ${texts(tenantIds)}, ${texts(userIds)}, ${texts(courseIds)})
    AS wanted (draft_id, tenant_id, user_id, course_id)`
  const rows = await db
    .select({ draftId: sql<string>`wanted.draft_id`, ...fields })
    .from(enrollments)
    .innerJoin(
      wanted,
      sql`(${enrollments.tenantId}, ${enrollments.userId}, ${enrollments.courseId})
        = (wanted.tenant_id, wanted.user_id, wanted.course_id)`,
    )
  return new Map(rows.map(({ draftId, ...enrollment }) => [draftId, enrollment]))
}

export async function findEnrollment(db: Database, student: Student, courseId: string): Promise<Enrollment | null> {
  const [enrollment] = await db
    .select(fields)
    .from(enrollments)
    .where(and(isOf(student), eq(enrollments.courseId, courseId)))
  return enrollment ?? null
}

/** Lists the student's enrolments, latest first, starting after `cursor`. */
export function listEnrollments(
  db: Database,
  student: Student,
  page: { cursor: string | undefined; limit: number },
): Promise<Enrollment[]> {
  // Ids grow with time.
  const isOnPage = page.cursor === undefined ? undefined : lt(enrollments.id, page.cursor)
  return db
    .select(fields)
    .from(enrollments)
    .where(and(isOf(student), isOnPage))
    .orderBy(desc(enrollments.id))
    .limit(page.limit)
}

const isOf = ({ tenantId, id }: Student) => and(eq(enrollments.tenantId, tenantId), eq(enrollments.userId, id))

const fields = {
  id: enrollments.id,
  userId: enrollments.userId,
  courseId: enrollments.courseId,
  enrollmentType: enrollments.enrollmentType,
  enrolledAt: enrollments.enrolledAt,
  progress: enrollments.progress,
  completed: enrollments.completed,
  paymentStatus: enrollments.paymentStatus,
  source: enrollments.source,
  createdAt: enrollments.createdAt,
  updatedAt: enrollments.updatedAt,
}

const texts = (values: string[]) => sql`${sql.param(values)}::text[]`

function toColumns(drafts: Draft[]) {
  return {
    ids: drafts.map(({ enrollment }) => enrollment.id),
    tenantIds: drafts.map(({ tenantId }) => tenantId),
    userIds: drafts.map(({ enrollment }) => enrollment.userId),
    courseIds: drafts.map(({ enrollment }) => enrollment.courseId),
  }
}
