import { toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { type SQL, sql } from 'drizzle-orm'
import type { Kind } from '../db/schema.ts'

/** A running total at a moment. */
export interface Total {
  tenantId: string
  distributionId: string
  kind: Kind
  value: string
  at: string
  total: number
}

/** The day of a moment where the tenant is. */
const dayOf = (at: string) => `(${at}::timestamptz AT TIME ZONE coalesce(time_zone, 'UTC'))::date`

const raiseStatement = `
  INSERT INTO totals (tenant_id, distribution_id, kind, value, day, total)
  SELECT given.tenant_id, distribution_id, kind, value, ${dayOf('at')} AS day, max(total::bigint)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         AS given (tenant_id, distribution_id, kind, value, at, total)
  LEFT JOIN tenants ON tenants.tenant_id = given.tenant_id
  GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (tenant_id, distribution_id, kind, value, day)
  DO UPDATE SET total = excluded.total WHERE totals.total < excluded.total`

/** Notes totals. One that is not larger than what is known of its day changes nothing. */
export async function raiseTotals(tx: Transaction, raised: Total[]): Promise<void> {
  const texts = (read: (total: Total) => string) => toBinaryArray('text', raised.map(read))
  await queryNamed(tx, {
    name: 'raise-totals',
    text: raiseStatement,
    values: [
      texts((one) => one.tenantId),
      texts((one) => one.distributionId),
      texts((one) => one.kind),
      texts((one) => one.value),
      texts((one) => one.at),
      texts((one) => String(one.total)),
    ],
  })
}

/** Students who have joined or left. */
interface Enrollments {
  tenantId: string
  courseId: string
  at: string
  distributionId: string
  ctaType: string
  source: string
  joined: number
  left: number
}

const addStatement = `
  WITH named AS (
    INSERT INTO tenants (tenant_id) SELECT DISTINCT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING
  )
  INSERT INTO enrollments (tenant_id, course_id, day, distribution_id, cta_type, source, joined, "left")
  SELECT given.tenant_id, course_id, ${dayOf('at')} AS day, distribution_id, cta_type, source, sum(joined::int), sum("left"::int)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS given (tenant_id, course_id, at, distribution_id, cta_type, source, joined, "left")
  LEFT JOIN tenants ON tenants.tenant_id = given.tenant_id
  GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (tenant_id, course_id, day, distribution_id, cta_type, source)
  DO UPDATE SET joined = enrollments.joined + excluded.joined, "left" = enrollments."left" + excluded."left"`

/** Adds to the numbers. The consumer sees to it that each event is added once. */
export async function addEnrollments(tx: Transaction, added: Enrollments[]): Promise<void> {
  const texts = (read: (one: Enrollments) => string) => toBinaryArray('text', added.map(read))
  await queryNamed(tx, {
    name: 'add-enrollments',
    text: addStatement,
    values: [
      texts((one) => one.tenantId),
      texts((one) => one.courseId),
      texts((one) => one.at),
      texts((one) => one.distributionId),
      texts((one) => one.ctaType),
      texts((one) => one.source),
      texts((one) => String(one.joined)),
      texts((one) => String(one.left)),
    ],
  })
}

export interface Period {
  /** The first and the last day, as YYYY-MM-DD. */
  from: string
  to: string
}

/**
 * Selects the numbers of distributions by day: each is the difference to the total before it. What a distribution had counted before it was first
 * heard of belongs to no day.
 */
const selectCounted = (tenantId: string, distributionIds: string[] | null, { from, to }: Period): SQL => sql`
  WITH told AS (
    SELECT distribution_id, kind, value, day, total FROM totals
    WHERE tenant_id = ${tenantId}
      AND ${distributionIds === null ? sql`true` : sql`distribution_id = ANY (${sql.param(distributionIds)}::text[])`}
      AND day BETWEEN ${from}::date AND ${to}::date
  ), series AS (
    SELECT distribution_id, kind, value, (
      SELECT total FROM totals AS earlier
      WHERE earlier.tenant_id = ${tenantId} AND earlier.distribution_id = each.distribution_id
        AND earlier.kind = each.kind AND earlier.value = each.value AND earlier.day < ${from}::date
      ORDER BY day DESC LIMIT 1
    ) AS before
    FROM (SELECT DISTINCT distribution_id, kind, value FROM told) AS each
  ), counted AS (
    SELECT told.distribution_id, kind, value, day, greatest(0, total - coalesce(
             lag(total) OVER (PARTITION BY told.distribution_id, kind, value ORDER BY day),
             before,
             CASE WHEN is_whole THEN 0 ELSE total END
           )) AS number
    FROM told JOIN series USING (distribution_id, kind, value)
    LEFT JOIN pages ON pages.tenant_id = ${tenantId} AND pages.distribution_id = told.distribution_id
  )`

/** A number of one kind, counted in a day. */
export interface Counted {
  kind: Kind
  value: string
  day: string
  number: number
}

/** Reads what was counted of distributions together, or of all of the tenant. */
export async function readCounted(
  db: Database,
  tenantId: string,
  distributionIds: string[] | null,
  period: Period,
): Promise<Counted[]> {
  const { rows } = await db.execute<Counted & Record<string, unknown>>(sql`
    ${selectCounted(tenantId, distributionIds, period)}
    SELECT kind, value, to_char(day, 'YYYY-MM-DD') AS day, sum(number)::float8 AS number
    FROM counted GROUP BY kind, value, day ORDER BY day, kind, value`)
  return rows
}

/** The students who joined and left in a day, by where they came from. */
export interface Joined {
  ctaType: string
  source: string
  day: string
  joined: number
  left: number
}

type Origin = { courseId: string } | { distributionId: string }

/** Reads who has joined and left a course, or of them those who came from one distribution; or all of the tenant. */
export async function readJoined(
  db: Database,
  tenantId: string,
  of: Origin | null,
  { from, to }: Period,
): Promise<Joined[]> {
  const isWanted =
    of === null
      ? sql`true`
      : 'courseId' in of
        ? sql`course_id = ${of.courseId}`
        : sql`distribution_id = ${of.distributionId} AND distribution_id <> ''`
  const { rows } = await db.execute<Joined & Record<string, unknown>>(sql`
    SELECT cta_type AS "ctaType", source, to_char(day, 'YYYY-MM-DD') AS day,
           sum(joined)::float8 AS joined, sum("left")::float8 AS "left"
    FROM enrollments WHERE tenant_id = ${tenantId} AND ${isWanted} AND day BETWEEN ${from}::date AND ${to}::date
    GROUP BY cta_type, source, day ORDER BY day, cta_type, source`)
  return rows
}

interface Compared {
  distributionId: string
  views: number
  clicks: number
  enrolments: number
}

/** Reads the numbers of a course's distributions beside each other. */
export async function compareDistributions(
  db: Database,
  tenantId: string,
  { courseId, distributionIds }: { courseId: string; distributionIds: string[] },
  period: Period,
): Promise<Map<string, Compared>> {
  const { rows } = await db.execute<Compared & Record<string, unknown>>(sql`
    ${selectCounted(tenantId, distributionIds, period)}, joined AS (
      SELECT distribution_id, sum(joined) AS enrolments FROM enrollments
      WHERE tenant_id = ${tenantId} AND course_id = ${courseId} AND day BETWEEN ${period.from}::date AND ${period.to}::date
      GROUP BY distribution_id
    ), summed AS (
      SELECT distribution_id, sum(number) FILTER (WHERE kind = 'views') AS views,
             sum(number) FILTER (WHERE kind = 'clicks') AS clicks
      FROM counted GROUP BY distribution_id
    )
    SELECT distribution_id AS "distributionId", coalesce(views, 0)::float8 AS views, coalesce(clicks, 0)::float8 AS clicks,
           coalesce(enrolments, 0)::float8 AS enrolments
    FROM summed FULL JOIN joined USING (distribution_id)`)
  return new Map(rows.map((row) => [row.distributionId, row]))
}

interface Ranked {
  courseId: string
  /** The title of its first distribution. */
  title: string | null
  enrolments: number
  leaves: number
}

/** Lists the courses of a tenant that most students have joined. */
export async function listCourses(
  db: Database,
  tenantId: string,
  { from, to }: Period,
  limit: number,
): Promise<Ranked[]> {
  const { rows } = await db.execute<Ranked & Record<string, unknown>>(sql`
    WITH ranked AS (
      SELECT course_id, sum(joined)::float8 AS enrolments, sum("left")::float8 AS leaves
      FROM enrollments WHERE tenant_id = ${tenantId} AND day BETWEEN ${from}::date AND ${to}::date
      GROUP BY course_id ORDER BY enrolments DESC, course_id LIMIT ${limit}
    )
    SELECT course_id AS "courseId", enrolments, leaves, (
      SELECT title FROM pages WHERE tenant_id = ${tenantId} AND pages.course_id = ranked.course_id AND title IS NOT NULL
      ORDER BY parent_id IS NOT NULL, deleted_at IS NOT NULL, distribution_id LIMIT 1
    ) AS title
    FROM ranked ORDER BY enrolments DESC, course_id`)
  return rows
}

/** Tells where the days of a tenant begin, and which day it is there. */
export async function readToday(db: Database, tenantId: string): Promise<{ timeZone: string; today: string }> {
  const { rows } = await db.execute<{ timeZone: string; today: string }>(sql`
    SELECT coalesce(time_zone, 'UTC') AS "timeZone",
           to_char(now() AT TIME ZONE coalesce(time_zone, 'UTC'), 'YYYY-MM-DD') AS today
    FROM (SELECT) AS always LEFT JOIN tenants ON tenant_id = ${tenantId}`)
  return rows[0] ?? { timeZone: 'UTC', today: '' }
}
