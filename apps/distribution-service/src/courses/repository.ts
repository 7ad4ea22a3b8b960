import type { Database, Transaction } from '@coursewire/service-kit'
import { and, arrayContains, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import { courses, distributions } from '../db/schema.ts'
import type { CourseContent, Staging } from '../distributions/distribution.ts'

type CourseId = { tenantId: string; courseId: string }
export type Generation = CourseId & CourseContent & { totalLessons: number | null; completedAt: string }
export type Deployment = CourseId & { stagingUrl: string; deployedAt: string }
export type KnownCourse = CourseId & CourseContent & Staging

/**
 * Remembers a generation, if it is the latest, and returns what is then known of the course; null for an older one. Either
 * way the row is locked, existing or not, until the transaction ends.
 */
export async function recordGeneration(tx: Transaction, generation: Generation): Promise<KnownCourse | null> {
  const { completedAt, ...course } = generation
  const [latest] = await tx
    .insert(courses)
    .values({ ...course, generationCompletedAt: completedAt })
    .onConflictDoUpdate({
      target: [courses.tenantId, courses.courseId],
      // Empty never clears what is known.
      set: {
        title: sql`excluded.title`,
        language: sql`excluded.language`,
        description: sql`coalesce(nullif(excluded.description, ''), ${courses.description})`,
        targetGroup: sql`coalesce(nullif(excluded.target_group, '{}'), ${courses.targetGroup})`,
        totalLessons: sql`coalesce(excluded.total_lessons, ${courses.totalLessons})`,
        generationCompletedAt: sql`excluded.generation_completed_at`,
      },
      setWhere: sql`coalesce(${courses.generationCompletedAt} < excluded.generation_completed_at, true)`,
    })
    .returning()
  return latest ?? null
}

/** Remembers a deployment to staging, if it is the latest; null for an older one. The row is locked either way. */
export async function recordDeployment(tx: Transaction, deployment: Deployment): Promise<Staging | null> {
  const { deployedAt, ...course } = deployment
  const [latest] = await tx
    .insert(courses)
    .values({ ...course, stagingDeployedAt: deployedAt })
    .onConflictDoUpdate({
      target: [courses.tenantId, courses.courseId],
      set: { stagingUrl: sql`excluded.staging_url`, stagingDeployedAt: sql`excluded.staging_deployed_at` },
      setWhere: sql`coalesce(${courses.stagingDeployedAt} < excluded.staging_deployed_at, true)`,
    })
    .returning({ stagingUrl: courses.stagingUrl, stagingDeployedAt: courses.stagingDeployedAt })
  return latest ?? null
}

const entry = {
  distributionId: distributions.id,
  courseId: distributions.courseId,
  slug: distributions.slug,
  title: distributions.title,
  description: distributions.description,
  language: distributions.language,
  targetGroup: distributions.targetGroup,
  seo: distributions.seo,
  cta: distributions.cta,
  version: distributions.version,
  visibility: distributions.visibility,
  totalLessons: courses.totalLessons,
}

/** A distribution with what only its course knows. */
export type Entry = Awaited<ReturnType<typeof selectEntries>>[number]

function selectEntries(db: Database, where: SQL | undefined) {
  return db
    .select(entry)
    .from(distributions)
    .innerJoin(courses, and(eq(courses.tenantId, distributions.tenantId), eq(courses.courseId, distributions.courseId)))
    .where(where)
    .$dynamic()
}

const isPublic = (tenantId: string) => and(eq(distributions.tenantId, tenantId), eq(distributions.visibility, 'public'))

export async function findPublic(db: Database, tenantId: string, slug: string): Promise<Entry | null> {
  const [found] = await selectEntries(db, and(isPublic(tenantId), eq(distributions.slug, slug)))
  return found ?? null
}

/** Newest first. */
export async function listPublic(
  db: Database,
  tenantId: string,
  page: { language?: string | undefined; targetGroup?: string | undefined; before?: string | undefined; limit: number },
): Promise<Entry[]> {
  return selectEntries(
    db,
    and(
      isPublic(tenantId),
      page.language === undefined ? undefined : eq(distributions.language, page.language),
      page.targetGroup === undefined ? undefined : arrayContains(distributions.targetGroup, [page.targetGroup]),
      page.before === undefined ? undefined : lt(distributions.id, page.before),
    ),
  )
    .orderBy(desc(distributions.id))
    .limit(page.limit)
}

const isRoot = (tenantId: string) => and(eq(distributions.tenantId, tenantId), distributions.isGenerated)

/** The course's root distribution, public or not. */
export async function findRoot(db: Database, tenantId: string, courseId: string): Promise<Entry | null> {
  const [found] = await selectEntries(db, and(isRoot(tenantId), eq(distributions.courseId, courseId)))
  return found ?? null
}

/** By course id, so that a reader who pages through meets every course that was there when it began. */
export async function listRoots(
  db: Database,
  tenantId: string,
  page: { after?: string | undefined; limit: number },
): Promise<Entry[]> {
  const beyond = page.after === undefined ? undefined : gt(distributions.courseId, page.after)
  return selectEntries(db, and(isRoot(tenantId), beyond))
    .orderBy(asc(distributions.courseId))
    .limit(page.limit)
}
