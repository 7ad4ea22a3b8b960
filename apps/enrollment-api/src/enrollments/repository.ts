import { toBinaryArray, toOutboxColumns } from '@coursewire/messaging'
import type { Caller, Database, Moment, Transaction } from '@coursewire/service-kit'
import { and, asc, desc, eq, gt, gte, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm'
import type { Pool } from 'pg'
import { isOpen } from '../courses/repository.ts'
import { enrollments, users } from '../db/schema.ts'
import type { CancellationReason, Draft, Enrollment, Found, StoredEnrollment } from './enrollment.ts'

type Student = Pick<Caller, 'tenantId' | 'id'>

const mayEnroll = `
  'student' = ANY (users.roles) AND verified_at IS NOT NULL AND disabled_at IS NULL AND erased_at IS NULL`

const writeStatement = `
  WITH request AS (
    SELECT request.id, request.tenant_id, user_id, course_id, source, distribution_id, cta_type, activation::integer,
           at::timestamptz AS moment
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      AS request (id, tenant_id, user_id, course_id, source, distribution_id, cta_type, activation, at)
    JOIN users ON (users.tenant_id, users.id) = (request.tenant_id, request.user_id) AND ${mayEnroll}
    FOR KEY SHARE OF users
  ), written AS (
    INSERT INTO enrollments AS stored (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status,
                                       activation, distribution_id, cta_type, enrolled_at, created_at, updated_at)
    SELECT id, tenant_id, user_id, course_id, 'free', source, 'free',
           activation, distribution_id, cta_type, moment, moment, moment
    FROM request
    WHERE source IN ('gift', 'admin') OR ${isOpen('request')}
    ORDER BY tenant_id, user_id, course_id
    ON CONFLICT (tenant_id, user_id, course_id) DO UPDATE SET
      enrollment_type = excluded.enrollment_type, source = excluded.source, payment_status = excluded.payment_status,
      progress = 0, completed = false, activation = excluded.activation, cancelled_at = NULL,
      distribution_id = excluded.distribution_id, cta_type = excluded.cta_type,
      enrolled_at = excluded.enrolled_at, updated_at = excluded.updated_at
    WHERE stored.cancelled_at IS NOT NULL AND stored.activation = excluded.activation - 1
    RETURNING id
  ), told AS (
    INSERT INTO outbox (channel, topic, key, payload, headers, log)
    SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
    FROM written
    JOIN unnest($10::text[], $11::text[], $12::text[], $13::bytea[], $14::bytea[], $15::text[], $16::text[])
      WITH ORDINALITY AS message (owner, channel, topic, key, payload, headers, log, position)
      ON message.owner = written.id
    ORDER BY position
  )
  SELECT id FROM written`

/**
 * Writes drafts together with their messages, in one statement and one commit, and returns those that were written. Not written are drafts of
 * an account that may not enrol or, unless it is a gift or an administrator's, of a course that is not open; a first activation if there is
 * an enrolment already; and a return unless the enrolment was left in the activation before.
 *
 * The accounts are locked first, so none is erased meanwhile. Then the enrolments are locked in the order of their keys, so that two batches
 * cannot deadlock, and only then do their messages get places in the outbox: messages about an enrolment are in the order of its changes.
 */
export async function writeEnrollments(pool: Pool, drafts: Draft[]): Promise<Set<Draft>> {
  // A statement can write a row only once.
  const byKey = new Map(drafts.toReversed().map((draft) => [toKey(draft), draft]))
  const chosen = [...byKey.values()]
  const { tenantIds, userIds, courseIds } = toColumns(chosen)
  const columns = [
    chosen.map(({ record }) => record.id),
    tenantIds,
    userIds,
    courseIds,
    chosen.map(({ record }) => record.source),
    chosen.map(({ order }) => order.distributionId ?? null),
    chosen.map(({ order }) => order.ctaType ?? null),
    chosen.map(({ activation }) => String(activation)),
    chosen.map(({ record }) => record.enrolledAt),
    chosen.flatMap(({ record, messages }) => messages.map(() => record.id)),
  ]
  const messages = toOutboxColumns(chosen.flatMap((draft) => draft.messages))
  const { rows } = await pool.query<{ id: string }>({
    // Named, so that Postgres plans it once per connection. Planning takes longer than writing a single row.
    name: 'write-enrollments',
    text: writeStatement,
    values: [...columns.map((column) => toBinaryArray('text', column)), ...Object.values(messages)],
  })
  const ids = new Set(rows.map(({ id }) => id))
  return new Set(chosen.filter(({ record }) => ids.has(record.id)))
}

/** Finds, for each draft, its student's account and the student's enrolment in its course, left or not. */
export async function findStored(db: Database, drafts: Draft[]): Promise<Map<Draft, Found>> {
  if (drafts.length === 0) return new Map()
  const { tenantIds, userIds, courseIds } = toColumns(drafts)
  const wanted = sql`unnest(${texts(tenantIds)}, ${texts(userIds)}, ${texts(courseIds)})
    WITH ORDINALITY AS wanted (tenant_id, user_id, course_id, position)`
  const { roles, verifiedAt, disabledAt, erasedAt } = users
  const rows = await db
    .select({ account: { roles, verifiedAt, disabledAt, erasedAt }, ...storedFields })
    .from(wanted)
    .leftJoin(users, sql`(${users.tenantId}, ${users.id}) = (wanted.tenant_id, wanted.user_id)`)
    .leftJoin(
      enrollments,
      sql`(${enrollments.tenantId}, ${enrollments.userId}, ${enrollments.courseId})
        = (wanted.tenant_id, wanted.user_id, wanted.course_id)`,
    )
    .orderBy(sql`wanted.position`)
  const found = rows.map(({ account, ...stored }) => ({ account, stored: isStored(stored) ? stored : null }))
  return new Map(drafts.map((draft, index) => [draft, found[index] ?? { account: null, stored: null }]))
}

export async function findEnrollment(db: Database, student: Student, courseId: string): Promise<Enrollment | null> {
  const [enrollment] = await db
    .select(fields)
    .from(enrollments)
    .where(and(isOf(student), isCurrent, eq(enrollments.courseId, courseId)))
  return enrollment ?? null
}

/** Lists the student's enrolments, or the one in `courseId`, latest first, starting after `cursor`. */
export function listEnrollments(
  db: Database,
  student: Student,
  page: { courseId: string | undefined; cursor: string | undefined; limit: number },
): Promise<Enrollment[]> {
  const isWanted = page.courseId === undefined ? undefined : eq(enrollments.courseId, page.courseId)
  // Ids grow with time.
  const isOnPage = page.cursor === undefined ? undefined : lt(enrollments.id, page.cursor)
  return db
    .select(fields)
    .from(enrollments)
    .where(and(isOf(student), isCurrent, isWanted, isOnPage))
    .orderBy(desc(enrollments.id))
    .limit(page.limit)
}

/** Lists the tenant's enrolments of an age that nobody has left, by their ids, starting after `after`. */
export function listRecentEnrollments(
  db: Database,
  tenantId: string,
  page: { minAgeSeconds: number; maxAgeSeconds: number; after: string | undefined; limit: number },
) {
  const ago = (seconds: number) => sql`now() - make_interval(secs => ${seconds})`
  const { id, userId: studentId, courseId, activation, enrolledAt } = enrollments
  return db
    .select({ id, studentId, courseId, activation })
    .from(enrollments)
    .where(
      and(
        eq(enrollments.tenantId, tenantId),
        isCurrent,
        lte(enrolledAt, ago(page.minAgeSeconds)),
        gte(enrolledAt, ago(page.maxAgeSeconds)),
        page.after === undefined ? undefined : gt(id, page.after),
      ),
    )
    .orderBy(asc(id))
    .limit(page.limit)
}

/**
 * Finds the student's enrolment, and keeps everybody else from changing it until the transaction ends. Locks the account first, as
 * `writeEnrollments` does, so that it is not erased meanwhile: nothing a person writes may be stored after that.
 */
export async function lockEnrollment(
  tx: Transaction,
  { tenantId, id }: Student,
  courseId: string,
): Promise<StoredEnrollment | null> {
  const account = tx.$with('account').as(
    tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.tenantId, tenantId), eq(users.id, id), isNull(users.erasedAt)))
      .for('key share'),
  )
  const [found] = await tx
    .with(account)
    .select(storedFields)
    .from(enrollments)
    .innerJoin(account, eq(account.id, enrollments.userId))
    .where(and(isOf({ tenantId, id }), isCurrent, eq(enrollments.courseId, courseId)))
    .for('no key update', { of: enrollments })
  return found ?? null
}

export async function writeCancellation(
  tx: Transaction,
  enrollmentId: string,
  cancellation: { at: Moment; reason: CancellationReason; comment: string | null },
): Promise<void> {
  const { at, reason, comment } = cancellation
  await tx
    .update(enrollments)
    .set({ cancelledAt: at, updatedAt: at, cancellationReason: reason, cancellationComment: comment })
    .where(eq(enrollments.id, enrollmentId))
}

/** Removes what the student has written about leaving. */
export async function clearComments(tx: Transaction, student: Student): Promise<void> {
  await tx
    .update(enrollments)
    .set({ cancellationComment: null })
    .where(and(isOf(student), isNotNull(enrollments.cancellationComment)))
}

export async function writeProgress(tx: Transaction, record: Enrollment): Promise<void> {
  const { id, progress, completed, updatedAt } = record
  await tx.update(enrollments).set({ progress, completed, updatedAt }).where(eq(enrollments.id, id))
}

const isOf = ({ tenantId, id }: Student) => and(eq(enrollments.tenantId, tenantId), eq(enrollments.userId, id))

const isCurrent = isNull(enrollments.cancelledAt)

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

const storedFields = {
  record: fields,
  activation: enrollments.activation,
  isCancelled: sql<boolean>`${enrollments.cancelledAt} IS NOT NULL`,
  nextFrom: sql`${enrollments.updatedAt} + interval '1 microsecond'`.mapWith(enrollments.updatedAt),
}

const isStored = (row: { [Key in keyof StoredEnrollment]: StoredEnrollment[Key] | null }): row is StoredEnrollment =>
  row.record !== null

const texts = (values: string[]) => sql`${sql.param(values)}::text[]`

/** Ids hold no control characters. */
const toKey = ({ order: { meta, userId, courseId } }: Draft) => [meta.tenantId, userId, courseId].join('\0')

function toColumns(drafts: Draft[]) {
  return {
    tenantIds: drafts.map(({ order }) => order.meta.tenantId),
    userIds: drafts.map(({ order }) => order.userId),
    courseIds: drafts.map(({ order }) => order.courseId),
  }
}
