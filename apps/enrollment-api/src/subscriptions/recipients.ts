import type { Database } from '@coursewire/service-kit'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { enrollments, subscribers, subscriptions, users } from '../db/schema.ts'
import { isSubscriberId, type NewsKind } from './subscription.ts'

/** News about a course. */
export interface News {
  tenantId: string
  kind: NewsKind
  courseId: string
}

export interface Recipient {
  id: string
  name: string | null
  email: string
  locale: string
}

/** Whether the owner of the account can be written to. An erased account has no address. */
const isUsable = sql`(users.verified_at IS NOT NULL AND users.disabled_at IS NULL AND users.erased_at IS NULL)`
const wants: Record<NewsKind, SQL> = {
  // Launches are for subscribers only.
  launch: sql`false`,
  notice: sql`users.course_news`,
  change: sql`users.course_changes`,
}
const none = sql`SELECT NULL::text AS id WHERE false`

/**
 * Lists who gets the news, in the order of the ids. Everybody once: an address whose account is in the course is left to that account and its
 * preferences, and whoever has asked to be told of the course gets its notice and no launch. Students who have enrolled since `enrolledBefore`
 * know the course as it is. Reads no more than `limit` ids of each list and leaves out some of them, so a page may be short, or empty. The
 * next one begins after `nextCursor`; null means that there is none.
 */
export async function listRecipients(
  db: Database,
  {
    tenantId,
    kind,
    courseId,
    targetGroups,
    enrolledBefore = 'infinity',
  }: News & { targetGroups: string[]; enrolledBefore?: string | undefined },
  { after, limit }: { after: string; limit: number },
): Promise<{ items: { id: string }[]; nextCursor: string | null }> {
  const students = sql`
    SELECT user_id AS id FROM enrollments
    WHERE tenant_id = ${tenantId} AND course_id = ${courseId} AND cancelled_at IS NULL AND user_id > ${after}
      AND enrolled_at < ${enrolledBefore}::timestamptz
    ORDER BY user_id LIMIT ${limit}`
  const subscribedTo = (of: 'target_group' | 'course', values: string[]) => sql`
    SELECT DISTINCT list.id FROM unnest(${sql.param(values)}::text[]) AS asked (value), LATERAL (
      SELECT subscriber_id AS id FROM subscriptions
      WHERE tenant_id = ${tenantId} AND kind = ${of} AND value = asked.value AND subscriber_id > ${after}
      ORDER BY subscriber_id LIMIT ${limit}) AS list`
  const lists: Record<NewsKind, [SQL, SQL]> = {
    launch: [none, subscribedTo('target_group', targetGroups)],
    notice: [students, subscribedTo('course', [courseId])],
    change: [students, none],
  }
  const [ofStudents, ofSubscribers] = lists[kind]
  const { rows } = await db.execute<{ id: string; isRecipient: boolean }>(sql`
    WITH candidates AS MATERIALIZED (
      SELECT id FROM ((${ofStudents}) UNION ALL (${ofSubscribers})) AS found ORDER BY id LIMIT ${limit}
    )
    SELECT candidates.id, coalesce(student.is_recipient, subscriber.is_recipient, false) AS "isRecipient"
    FROM candidates
    LEFT JOIN LATERAL (
      SELECT ${isUsable} AND ${wants[kind]} AS is_recipient FROM users
      WHERE users.tenant_id = ${tenantId} AND users.id = candidates.id
    ) AS student ON true
    LEFT JOIN LATERAL (
      SELECT NOT EXISTS (
          SELECT FROM users JOIN enrollments ON enrollments.tenant_id = users.tenant_id AND enrollments.user_id = users.id
          WHERE users.tenant_id = ${tenantId} AND users.email_key = subscribers.email_key AND ${isUsable}
            AND enrollments.course_id = ${courseId} AND enrollments.cancelled_at IS NULL)
        AND (${kind} <> 'launch' OR NOT EXISTS (
          SELECT FROM subscriptions
          WHERE tenant_id = ${tenantId} AND subscriber_id = candidates.id AND kind = 'course' AND value = ${courseId})
        ) AS is_recipient
      FROM subscribers WHERE subscribers.tenant_id = ${tenantId} AND subscribers.id = candidates.id
    ) AS subscriber ON true
    ORDER BY candidates.id`)
  const items = rows.filter(({ isRecipient }) => isRecipient).map(({ id }) => ({ id }))
  return { items, nextCursor: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}

/** Finds whom a mail about the news goes to. Null if they want none of its kind, or not any more. */
export async function findRecipient(db: Database, news: News, id: string): Promise<Recipient | null> {
  const [found] = await (isSubscriberId(id) ? selectSubscriber(db, news, id) : selectStudent(db, news, id))
  return found ?? null
}

function selectStudent(db: Database, { tenantId, kind, courseId }: News, id: string) {
  const { name, email, locale } = users
  return db
    .select({ id: users.id, name, email: sql<string>`${email}`, locale: sql<string>`${locale}` })
    .from(users)
    .innerJoin(enrollments, and(eq(enrollments.tenantId, users.tenantId), eq(enrollments.userId, users.id)))
    .where(
      and(
        eq(users.tenantId, tenantId),
        eq(users.id, id),
        isUsable,
        wants[kind],
        eq(enrollments.courseId, courseId),
        isNull(enrollments.cancelledAt),
      ),
    )
}

function selectSubscriber(db: Database, { tenantId, kind, courseId }: News, id: string) {
  const { email, locale } = subscribers
  const reasons: Record<NewsKind, SQL | undefined> = {
    launch: eq(subscriptions.kind, 'target_group'),
    notice: and(eq(subscriptions.kind, 'course'), eq(subscriptions.value, courseId)),
    change: sql`false`,
  }
  return db
    .select({ id: subscribers.id, name: sql<null>`NULL`, email, locale })
    .from(subscribers)
    .innerJoin(
      subscriptions,
      and(eq(subscriptions.tenantId, subscribers.tenantId), eq(subscriptions.subscriberId, subscribers.id)),
    )
    .where(and(eq(subscribers.tenantId, tenantId), eq(subscribers.id, id), reasons[kind]))
    .limit(1)
}
