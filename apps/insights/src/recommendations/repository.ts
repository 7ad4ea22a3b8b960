import { toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, asc, eq } from 'drizzle-orm'
import { isCourseListed } from '../catalogue/repository.ts'
import { erasedAccounts, learnerCourses } from '../db/schema.ts'
import type { Changes } from './changes.ts'
import type { Shared } from './likelihood.ts'

export interface Learner {
  tenantId: string
  studentId: string
}

export interface LearnerCourse extends Learner {
  courseId: string
}

/** That a learner has joined or left a course. */
export interface Move extends LearnerCourse {
  activation: number
  hasLeft: boolean
  at: string
}

/**
 * Somebody with very many courses, such as a tester, counts with the latest ones. So a change never moves more pairs than twice as many, and
 * the counts stay those of the rows, whatever the order of the changes was.
 */
const MAX_COURSES_OF_LEARNER = 50
/** A pair that fewer learners have is told to nobody. */
const MIN_LEARNERS = 5
/** Only so many courses are compared with one: those that share most learners with it. */
const MAX_COMPARED = 200

const lockStatement = `
  SELECT pg_advisory_xact_lock(hashtextextended('learners of ' || tenant_id, 0))
  FROM (SELECT DISTINCT unnest($1::text[]) AS tenant_id ORDER BY 1) AS tenants`

/**
 * Waits until no other transaction changes what learners of these tenants have, and lets none begin before this one ends. Otherwise two courses
 * that one learner joins at once would not see each other. Call it before anything else is locked, so that nobody waits in a circle.
 */
export async function lockLearners(tx: Transaction, tenantIds: string[]): Promise<void> {
  await queryNamed(tx, { name: 'lock-learners', text: lockStatement, values: [toBinaryArray('text', tenantIds)] })
}

const coursesStatement = `
  SELECT tenant_id AS "tenantId", student_id AS "studentId", latest.course_id AS "courseId"
  FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS given (tenant_id, student_id)) AS learners
  CROSS JOIN LATERAL (
    SELECT course_id FROM learner_courses AS own
    WHERE own.tenant_id = learners.tenant_id AND own.student_id = learners.student_id AND NOT has_left
    ORDER BY changed_at DESC, course_id LIMIT ${MAX_COURSES_OF_LEARNER}
  ) AS latest`

/** Lists the courses with which learners count. */
export async function listCourses(tx: Transaction, learners: Learner[]): Promise<LearnerCourse[]> {
  const { rows } = await queryNamed<LearnerCourse>(tx, {
    name: 'list-courses-of-learners',
    text: coursesStatement,
    values: [
      toBinaryArray(
        'text',
        learners.map(({ tenantId }) => tenantId),
      ),
      toBinaryArray(
        'text',
        learners.map(({ studentId }) => studentId),
      ),
    ],
  })
  return rows
}

// The first part sees what was there before the second one.
const moveStatement = `
  WITH before AS (${coursesStatement}), moved AS (
    INSERT INTO learner_courses AS known (tenant_id, student_id, course_id, activation, has_left, changed_at)
    SELECT DISTINCT ON (tenant_id, student_id, course_id)
           tenant_id, student_id, course_id, activation::int, has_left::bool, changed_at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
           AS given (tenant_id, student_id, course_id, activation, has_left, changed_at)
    WHERE NOT EXISTS (
      SELECT FROM erased_accounts AS erased WHERE erased.tenant_id = given.tenant_id AND account_id = student_id)
    ORDER BY tenant_id, student_id, course_id, activation::int DESC, has_left::bool DESC
    ON CONFLICT (tenant_id, student_id, course_id)
    DO UPDATE SET activation = excluded.activation, has_left = excluded.has_left, changed_at = excluded.changed_at
    WHERE (known.activation, known.has_left) < (excluded.activation, excluded.has_left)
  )
  SELECT * FROM before`

/**
 * Applies moves, as far as none after them is known and the account is not erased. Resolves to the courses with which the learners counted until
 * then.
 */
export async function applyMoves(tx: Transaction, moves: Move[]): Promise<LearnerCourse[]> {
  const texts = (read: (move: Move) => string) => toBinaryArray('text', moves.map(read))
  const { rows } = await queryNamed<LearnerCourse>(tx, {
    name: 'apply-moves',
    text: moveStatement,
    values: [
      texts((one) => one.tenantId),
      texts((one) => one.studentId),
      texts((one) => one.courseId),
      texts((one) => String(one.activation)),
      texts((one) => String(one.hasLeft)),
      texts((one) => one.at),
    ],
  })
  return rows
}

const saveStatement = `
  WITH total AS (
    INSERT INTO learner_counts AS known (tenant_id, learners) SELECT $1::text, $2::int WHERE $2::int <> 0
    ON CONFLICT (tenant_id) DO UPDATE SET learners = known.learners + excluded.learners
  ), counts AS (
    INSERT INTO course_counts AS known (tenant_id, course_id, learners)
    SELECT $1::text, course_id, learners::int FROM unnest($3::text[], $4::text[]) AS given (course_id, learners)
    ON CONFLICT (tenant_id, course_id) DO UPDATE SET learners = known.learners + excluded.learners
  ), joins AS (
    INSERT INTO first_joins AS known (tenant_id, day, course_id, learners)
    SELECT $1::text, (at::timestamptz AT TIME ZONE 'UTC')::date AS day, course_id, count(*)
    FROM unnest($7::text[], $8::text[]) AS given (course_id, at) GROUP BY day, course_id
    ON CONFLICT (tenant_id, day, course_id) DO UPDATE SET learners = known.learners + excluded.learners
  )
  INSERT INTO course_pairs AS known (tenant_id, course_id, other_course_id, learners)
  SELECT $1::text, pair::jsonb ->> 0, pair::jsonb ->> 1, learners::int FROM unnest($5::text[], $6::text[]) AS given (pair, learners)
  ON CONFLICT (tenant_id, course_id, other_course_id) DO UPDATE SET learners = known.learners + excluded.learners`

/** Adds to the numbers of a tenant, which must be locked, and counts who has joined a course for the first time. */
export async function saveChanges(
  tx: Transaction,
  { tenantId, learners, courses, pairs }: Changes,
  firstJoins: Pick<Move, 'courseId' | 'at'>[],
): Promise<void> {
  // Every change of the others changes a course too.
  if (courses.size === 0 && firstJoins.length === 0) return
  const texts = <Item>(items: Iterable<Item>, read: (item: Item) => string = String) =>
    toBinaryArray('text', Array.from(items, read))
  await queryNamed(tx, {
    name: 'save-changes',
    text: saveStatement,
    values: [
      tenantId,
      learners,
      texts(courses.keys()),
      texts(courses.values()),
      texts(pairs.keys()),
      texts(pairs.values()),
      texts(firstJoins, ({ courseId }) => courseId),
      texts(firstJoins, ({ at }) => at),
    ],
  })
}

/** Deletes what is known of a person, for good. What was counted stays. */
export async function eraseLearner(tx: Transaction, { tenantId, studentId }: Learner): Promise<void> {
  await tx.insert(erasedAccounts).values({ tenantId, accountId: studentId }).onConflictDoNothing()
  await tx
    .delete(learnerCourses)
    .where(and(eq(learnerCourses.tenantId, tenantId), eq(learnerCourses.studentId, studentId)))
}

/** Lists everything that is stored about a person. */
export async function listCoursesOf(db: Database, { tenantId, studentId }: Learner) {
  const { courseId, activation, hasLeft, changedAt } = learnerCourses
  return db
    .select({ courseId, activation, hasLeft, changedAt })
    .from(learnerCourses)
    .where(and(eq(learnerCourses.tenantId, tenantId), eq(learnerCourses.studentId, studentId)))
    .orderBy(asc(courseId))
}

export interface Course {
  tenantId: string
  courseId: string
}

/** Another course that learners of a course have, with the numbers that compare the two. */
export interface Companion extends Shared {
  courseId: string
}

const pairsWith = (column: string, other: string) => `
  SELECT ${other} AS course_id, learners FROM course_pairs
  WHERE tenant_id = asked.tenant_id AND ${column} = asked.course_id AND learners >= ${MIN_LEARNERS}`

const companionStatement = `
  SELECT number::int, shared.course_id AS "courseId", shared.learners AS both, own.learners AS one, theirs.learners AS other, total
  FROM (
    SELECT given.tenant_id, course_id, number, learner_counts.learners AS total
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (tenant_id, course_id, number)
    JOIN learner_counts ON learner_counts.tenant_id = given.tenant_id
  ) AS asked
  CROSS JOIN LATERAL (
    SELECT * FROM (${pairsWith('course_id', 'other_course_id')} UNION ALL ${pairsWith('other_course_id', 'course_id')}) AS pairs
    WHERE ${isCourseListed('asked.tenant_id', 'pairs.course_id')}
    ORDER BY learners DESC, course_id LIMIT ${MAX_COMPARED}
  ) AS shared
  JOIN course_counts AS own ON own.tenant_id = asked.tenant_id AND own.course_id = asked.course_id
  JOIN course_counts AS theirs ON theirs.tenant_id = asked.tenant_id AND theirs.course_id = shared.course_id`

/** Finds the public courses that enough learners of each course have as well, in the order of the courses. */
export async function findCompanions(db: Database, courses: Course[]): Promise<Companion[][]> {
  const { rows } = await queryNamed<Companion & { number: number }>(db, {
    name: 'find-companions',
    text: companionStatement,
    values: [courses.map(({ tenantId }) => tenantId), courses.map(({ courseId }) => courseId)],
  })
  const found = courses.map((): Companion[] => [])
  for (const { number, ...companion } of rows) found[number - 1]?.push(companion)
  return found
}

/** Lists the public courses that most learners have. */
export async function listPopular(
  db: Database,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<string[]> {
  const { rows } = await queryNamed<{ courseId: string }>(db, {
    name: 'list-popular',
    text: `
      SELECT course_id AS "courseId" FROM course_counts AS counts
      WHERE tenant_id = $1 AND learners > 0 AND ${isCourseListed('counts.tenant_id', 'counts.course_id')}
      ORDER BY learners DESC, course_id LIMIT $2`,
    values: [tenantId, limit],
  })
  return rows.map(({ courseId }) => courseId)
}

/** After so many days a learner counts half: no day of the week decides, and the campaign of last month is over. */
const HALF_LIFE_DAYS = 7
/** Learners of earlier days weigh next to nothing. */
const TREND_DAYS = 8 * HALF_LIFE_DAYS

/** Lists the public courses that most learners have joined of late. A tenant's latest day counts as today, so that a quiet week changes nothing. */
export async function listTrending(
  db: Database,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<string[]> {
  const { rows } = await queryNamed<{ courseId: string }>(db, {
    name: 'list-trending',
    text: `
      SELECT course_id AS "courseId"
      FROM (
        SELECT tenant_id, course_id, sum(learners * 0.5 ^ ((latest - day) / ${HALF_LIFE_DAYS}.0)) AS heat
        FROM first_joins, (SELECT max(day) AS latest FROM first_joins WHERE tenant_id = $1) AS days
        WHERE tenant_id = $1 AND day > latest - ${TREND_DAYS} GROUP BY tenant_id, course_id
      ) AS trend
      WHERE ${isCourseListed('trend.tenant_id', 'trend.course_id')}
      ORDER BY heat DESC, course_id LIMIT $2`,
    values: [tenantId, limit],
  })
  return rows.map(({ courseId }) => courseId)
}
