import { toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { v7 as createId } from 'uuid'
import { announcements } from '../db/schema.ts'
import { priorities } from '../emails/email.ts'

/** Older events are no news. A new installation reads those of a month. */
const NEWS_DAYS = 7
/** Students hear of changes of a course once in this time. */
const CHANGE_HOURS = 24
/** How many versions one mail tells of, the latest ones. */
const MAX_VERSIONS = 10

export type Announcement = typeof announcements.$inferSelect
type Kind = Announcement['kind']
type Cause = Pick<Announcement, 'tenantId' | 'distributionId' | 'happenedAt' | 'eventId' | 'correlationId'>

/** The names of the mails in the ledger. */
export const templateOf = {
  launch: 'course_launched',
  notice: 'course_published',
  change: 'course_changed',
} as const satisfies Record<Kind, string>

/** The reason of mails that were taken back. They are sent after all if the distribution is published again. */
export const NOT_PUBLIC = 'the course is not public any more'

const isNews = (happenedAt: string) => sql`${happenedAt}::timestamptz > now() - make_interval(days => ${NEWS_DAYS})`

/** Opens the launch and the notice of a distribution. If it was published before, only those who have no mail yet are told. */
export async function announcePublication(
  tx: Transaction,
  { targetGroup, courseId, ...cause }: Cause & { courseId: string; targetGroup: string[] },
): Promise<void> {
  const { tenantId, distributionId, happenedAt, eventId, correlationId } = cause
  await tx.execute(sql`
    INSERT INTO announcements AS known
      (id, kind, tenant_id, distribution_id, course_id, target_group, happened_at, event_id, correlation_id)
    SELECT id, kind, ${tenantId}, ${distributionId}, ${courseId}, ${sql.param(targetGroup)}::text[],
           ${happenedAt}, ${eventId}, ${correlationId}
    FROM (VALUES (${createId()}::uuid, 'launch'), (${createId()}::uuid, 'notice')) AS made (id, kind)
    WHERE ${isNews(happenedAt)}
    ON CONFLICT (tenant_id, distribution_id, kind) WHERE kind <> 'change' DO UPDATE SET
      status = 'open', cursor = NULL, due_at = now(), target_group = excluded.target_group,
      happened_at = excluded.happened_at, event_id = excluded.event_id, correlation_id = excluded.correlation_id
    WHERE known.happened_at < excluded.happened_at`)
}

/** Opens the news of a change, or adds it to the one that waits. */
export async function announceChange(
  tx: Transaction,
  { version, changelog, ...cause }: Cause & { version: string; changelog: string },
): Promise<void> {
  const { tenantId, distributionId, happenedAt, eventId, correlationId } = cause
  await tx.execute(sql`
    INSERT INTO announcements AS known
      (id, kind, tenant_id, distribution_id, versions, happened_at, event_id, correlation_id)
    SELECT ${createId()}::uuid, 'change', ${tenantId}, ${distributionId}, ${JSON.stringify([{ version, changelog }])}::jsonb,
           ${happenedAt}, ${eventId}, ${correlationId}
    WHERE ${isNews(happenedAt)}
    ON CONFLICT (tenant_id, distribution_id) WHERE kind = 'change' AND status = 'open' AND begun_at IS NULL DO UPDATE SET
      versions = (CASE WHEN jsonb_array_length(known.versions) < ${MAX_VERSIONS} THEN known.versions ELSE known.versions - 0 END)
                 || excluded.versions,
      happened_at = excluded.happened_at, event_id = excluded.event_id, correlation_id = excluded.correlation_id`)
}

/** Takes the open announcement that has waited longest, and leaves it to others if nothing becomes of it in this time. */
export async function reserveAnnouncement(db: Database, seconds: number): Promise<Announcement | null> {
  const [reserved] = await db
    .update(announcements)
    .set({ dueAt: sql`now() + make_interval(secs => ${seconds})` })
    .where(
      eq(
        announcements.id,
        sql`(SELECT id FROM announcements WHERE status = 'open' AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)`,
      ),
    )
    .returning()
  return reserved ?? null
}

/**
 * Begins an announcement, unless it is a change of a course of which another change has begun within a day: it then waits until that day is
 * over. Returns whether it has begun.
 */
export async function beginAnnouncement(
  db: Database,
  { id, kind, tenantId }: Announcement,
  courseId: string,
): Promise<boolean> {
  const { rows } = await db.execute<{ hasBegun: boolean }>(sql`
    WITH latest AS (
      SELECT max(begun_at) + make_interval(hours => ${CHANGE_HOURS}) AS until FROM announcements
      WHERE ${kind} = 'change' AND kind = 'change' AND (tenant_id, course_id) = (${tenantId}, ${courseId}) AND id <> ${id}
    )
    UPDATE announcements SET
      course_id = ${courseId},
      begun_at = CASE WHEN until > now() THEN NULL ELSE now() END,
      due_at = greatest(until, due_at)
    FROM latest WHERE id = ${id} AND status = 'open' AND begun_at IS NULL
    RETURNING begun_at IS NOT NULL AS "hasBegun"`)
  return rows[0]?.hasBegun ?? false
}

const writeStatement = `
  WITH news AS (
    UPDATE announcements SET cursor = $3, status = CASE WHEN $3::text IS NULL THEN 'written' ELSE 'open' END, due_at = now()
    WHERE id = $1 AND status = 'open' AND happened_at = $2
    RETURNING *
  ), written AS (
    INSERT INTO emails AS known
      (id, tenant_id, template, recipient, fact, activation, event_id, correlation_id, priority, announcement_id)
    SELECT told.id::uuid, tenant_id, $6, recipient, course_id,
           -- A course has a change a day at most, so the day tells its changes apart.
           CASE kind WHEN 'change' THEN floor(extract(epoch FROM begun_at) / 86400)::int ELSE 1 END,
           event_id, correlation_id, $7::smallint, news.id
    FROM news, unnest($4::text[], $5::text[]) AS told (id, recipient)
    WHERE NOT EXISTS (SELECT FROM erased_accounts AS erased WHERE (erased.tenant_id, account_id) = (news.tenant_id, recipient))
    ON CONFLICT (tenant_id, recipient, fact, activation, template) DO UPDATE SET
      status = 'pending', reason = NULL, failures = 0, due_at = now(), changed_by = 'event', updated_at = now(),
      event_id = excluded.event_id, correlation_id = excluded.correlation_id, announcement_id = excluded.announcement_id
    WHERE known.status = 'failed' AND known.withdrawn IS NULL AND known.reason = $8
    RETURNING id
  )
  SELECT EXISTS (SELECT FROM news) AS "isOurs", (SELECT count(*)::int FROM written) AS count`

/**
 * Adds the mails to these recipients that are not in the ledger yet, and moves the announcement on, at once. Returns how many it added; null
 * if another worker has come to the end meanwhile, or if the distribution was published again.
 */
export async function writeNews(
  db: Database,
  { id, kind, happenedAt }: Announcement,
  { ids, nextCursor }: { ids: string[]; nextCursor: string | null },
): Promise<number | null> {
  const { rows } = await queryNamed<{ isOurs: boolean; count: number }>(db, {
    name: 'write-news',
    text: writeStatement,
    values: [
      id,
      happenedAt,
      nextCursor,
      toBinaryArray(
        'text',
        ids.map(() => createId()),
      ),
      toBinaryArray('text', ids),
      templateOf[kind],
      priorities.news,
      NOT_PUBLIC,
    ],
  })
  return rows[0]?.isOurs ? rows[0].count : null
}

/** Ends an announcement of which nobody is to hear any more. */
export async function withdrawAnnouncement(db: Database, { id, happenedAt }: Announcement): Promise<void> {
  await db
    .update(announcements)
    .set({ status: 'withdrawn' })
    .where(and(eq(announcements.id, id), eq(announcements.happenedAt, happenedAt)))
}

/** Throws a plain error if there is none: a mail of news always has one. */
export async function getAnnouncement(db: Database, id: string | null): Promise<Announcement> {
  const [found] = id === null ? [] : await db.select().from(announcements).where(eq(announcements.id, id))
  if (!found) throw new Error('The mail has no announcement')
  return found
}
