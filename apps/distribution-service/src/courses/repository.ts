import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, desc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, alias } from 'drizzle-orm/pg-core'
import { selectRows } from '../db/rows.ts'
import { courses, distributions, lostCourses } from '../db/schema.ts'
import { type CourseContent, internalNames, pickFields } from '../entries/content.ts'
import type { Staging } from '../entries/distribution.ts'

export type CourseId = { tenantId: string; courseId: string }
export type Generation = CourseId & Required<CourseContent> & { totalLessons: number | null; completedAt: string }
export type Deployment = CourseId & { stagingUrl: string; deployedAt: string }
export type KnownCourse = CourseId & CourseContent & Staging

const known = {
  tenantId: courses.tenantId,
  courseId: courses.courseId,
  title: courses.title,
  description: courses.description,
  language: courses.language,
  targetGroup: courses.targetGroup,
  workload: courses.workload,
  startsAt: courses.startsAt,
  stagingUrl: courses.stagingUrl,
  stagingDeployedAt: courses.stagingDeployedAt,
}

/**
 * Whether a moment is later than the latest known one. A known moment that is more than a day ahead does not count; such events were once
 * accepted.
 */
const isLater = (known: AnyPgColumn, told: SQL) =>
  sql`coalesce(${known} < ${told} OR ${known} > now() + interval '1 day', true)`

/**
 * Stores the generations that are the latest of their courses, and returns those courses. Expects one generation per course. The rows of all
 * courses are locked until the transaction ends, in a fixed order that prevents deadlocks.
 */
export async function recordGenerations(tx: Transaction, generations: Generation[]): Promise<KnownCourse[]> {
  const rows = generations.map(({ completedAt, ...course }) => ({
    ...course,
    generationCompletedAt: completedAt,
    stagingUrl: null,
    stagingDeployedAt: null,
  }))
  return tx
    .insert(courses)
    .select(sql`${selectRows(courses, rows)} ORDER BY tenant_id, course_id`)
    .onConflictDoUpdate({
      target: [courses.tenantId, courses.courseId],
      // Empty never clears what is known.
      set: {
        title: sql`excluded.title`,
        language: sql`excluded.language`,
        description: sql`coalesce(nullif(excluded.description, ''), ${courses.description})`,
        targetGroup: sql`coalesce(nullif(excluded.target_group, '{}'), ${courses.targetGroup})`,
        totalLessons: sql`coalesce(excluded.total_lessons, ${courses.totalLessons})`,
        workload: sql`coalesce(excluded.workload, ${courses.workload})`,
        startsAt: sql`coalesce(excluded.starts_at, ${courses.startsAt})`,
        generationCompletedAt: sql`excluded.generation_completed_at`,
      },
      setWhere: isLater(courses.generationCompletedAt, sql`excluded.generation_completed_at`),
    })
    .returning(known)
}

/** A course with its latest staging. Its row is locked until the transaction ends, and is made if there is none. */
export async function lockCourse(tx: Transaction, course: CourseId): Promise<CourseId & Staging> {
  const [locked] = await tx
    .insert(courses)
    .values(course)
    .onConflictDoUpdate({ target: [courses.tenantId, courses.courseId], set: { courseId: course.courseId } })
    .returning({ stagingUrl: courses.stagingUrl, stagingDeployedAt: courses.stagingDeployedAt })
  return { ...course, stagingUrl: null, stagingDeployedAt: null, ...locked }
}

/** Stores a deployment to staging if it is the latest. Returns null for an older one. The row is locked in either case. */
export async function recordDeployment(tx: Transaction, deployment: Deployment): Promise<Staging | null> {
  const { deployedAt, ...course } = deployment
  const [latest] = await tx
    .insert(courses)
    .values({ ...course, stagingDeployedAt: deployedAt })
    .onConflictDoUpdate({
      target: [courses.tenantId, courses.courseId],
      set: { stagingUrl: sql`excluded.staging_url`, stagingDeployedAt: sql`excluded.staging_deployed_at` },
      setWhere: isLater(courses.stagingDeployedAt, sql`excluded.staging_deployed_at`),
    })
    .returning({ stagingUrl: courses.stagingUrl, stagingDeployedAt: courses.stagingDeployedAt })
  return latest ?? null
}

const siblings = alias(distributions, 'siblings')

/** A course as other services see it: its root, and whether any of its distributions is public. */
export type Course = Awaited<ReturnType<typeof selectRoots>>[number]

/** Selects the root of each course: the generated distribution, or else the oldest. */
function selectRoots(db: Database, tenantId: string, where: SQL | undefined) {
  const { courseId, slug, isGenerated, id } = distributions
  const ofCourse = and(eq(siblings.tenantId, distributions.tenantId), eq(siblings.courseId, courseId))
  const isAnyPublic = sql<boolean>`EXISTS ${db
    .select({ one: sql`1` })
    .from(siblings)
    .where(and(ofCourse, eq(siblings.visibility, 'public')))}`
  return db
    .selectDistinctOn([courseId], {
      courseId,
      slug,
      ...pickFields(distributions, internalNames),
      totalLessons: courses.totalLessons,
      public: isAnyPublic,
    })
    .from(distributions)
    .innerJoin(courses, and(eq(courses.tenantId, distributions.tenantId), eq(courses.courseId, courseId)))
    .where(and(eq(distributions.tenantId, tenantId), isNull(distributions.derivedFrom), where))
    .orderBy(asc(courseId), desc(isGenerated), asc(id))
    .$dynamic()
}

export async function findCourse(db: Database, tenantId: string, courseId: string): Promise<Course | null> {
  const [found] = await selectRoots(db, tenantId, eq(distributions.courseId, courseId))
  return found ?? null
}

/** Whether a course without distributions had one that was deleted. */
export async function wasDeleted(db: Database, tenantId: string, courseId: string): Promise<boolean> {
  const ofCourse = and(eq(lostCourses.tenantId, tenantId), eq(lostCourses.courseId, courseId))
  return (await db.$count(lostCourses, ofCourse)) > 0
}

/** Lists courses by course id, so that a reader of all pages gets every course that existed at the beginning. */
export async function listCourses(
  db: Database,
  tenantId: string,
  page: { after?: string | undefined; limit: number },
): Promise<Course[]> {
  const beyond = page.after === undefined ? undefined : gt(distributions.courseId, page.after)
  return selectRoots(db, tenantId, beyond).limit(page.limit)
}
