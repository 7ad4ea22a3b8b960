import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { inArray } from 'drizzle-orm'
import { limits } from '../db/schema.ts'
import type { Rule } from './rules.ts'

export interface Count {
  key: Buffer
  rule: Rule
}

const pauseEnds = (count: string) => `
  CASE WHEN ${count} >= at_most
       THEN now() + make_interval(secs => least(first_seconds * 2.0 ^ least(${count} - at_most, 30), longest_seconds)) END`

const countText = `
  WITH valid AS MATERIALIZED (
    SELECT key, blocked_until, expires_at FROM limits WHERE key = ANY ($1) AND expires_at > now()
  ), known AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM valid WHERE key = $6) AS is_known
  ), asked AS MATERIALIZED (
    SELECT * FROM unnest($1::bytea[], $2::integer[], $3::float8[], $4::float8[], $5::float8[])
      AS asked (key, at_most, window_seconds, first_seconds, longest_seconds)
    WHERE (key IS NOT DISTINCT FROM $6) = (SELECT is_known FROM known)
  ), pausing AS MATERIALIZED (
    SELECT max(least(blocked_until, expires_at)) AS until FROM valid JOIN asked USING (key) WHERE blocked_until > now()
  ), counted AS (
    INSERT INTO limits AS stored (key, count, blocked_until, expires_at)
    SELECT key, 1, ${pauseEnds('1')}, now() + make_interval(secs => window_seconds) FROM asked
    WHERE (SELECT until FROM pausing) IS NULL
    -- Every statement locks rows in this order, so none waits for another in a circle.
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET (count, blocked_until, expires_at) = (
      SELECT next.count, ${pauseEnds('next.count')},
             CASE WHEN stored.expires_at > now() THEN stored.expires_at ELSE excluded.expires_at END
      FROM asked, LATERAL (SELECT CASE WHEN stored.expires_at > now() THEN stored.count + 1 ELSE 1 END) AS next (count)
      WHERE asked.key = stored.key)
    -- An attempt at the same moment may have begun a pause since this statement's snapshot.
    WHERE stored.expires_at <= now() OR stored.blocked_until IS NULL OR stored.blocked_until <= now()
    RETURNING key
  )
  SELECT (SELECT extract(epoch FROM until - now())::float8 FROM pausing) AS "pauseSeconds", is_known AS "isKnown",
         (SELECT count(*) FROM counted) = (SELECT count(*) FROM asked) AS "isCounted"
  FROM known`

/**
 * Counts one attempt for all of `counts`, or for none if one of them pauses; then `pauseSeconds` are left. If there is a row for `known`, the
 * attempt counts only there, else not there. All by the clock of the database. A refused attempt writes nothing.
 */
export async function countAttempt(
  db: Database,
  counts: Count[],
  known: Count | null,
): Promise<{ pauseSeconds: number | null; isKnown: boolean }> {
  const all = known ? [...counts, known] : counts
  const rules = all.map(({ rule }) => rule)
  const values = [
    all.map(({ key }) => key),
    rules.map(({ atMost }) => atMost),
    rules.map(({ windowSeconds }) => windowSeconds),
    rules.map(({ pauses, windowSeconds }) => pauses?.firstSeconds ?? windowSeconds),
    rules.map(({ pauses, windowSeconds }) => pauses?.longestSeconds ?? windowSeconds),
    known?.key ?? null,
  ]
  for (;;) {
    const { rows } = await queryNamed<{ pauseSeconds: number | null; isKnown: boolean; isCounted: boolean }>(db, {
      name: 'count-attempt',
      text: countText,
      values,
    })
    const [answer] = rows
    if (!answer) throw new Error('The query returned no row')
    if (answer.pauseSeconds !== null || answer.isCounted) return answer
    // Another attempt began a pause at the same moment. The next snapshot has it.
  }
}

const welcomeText = `
  WITH given_back AS (
    UPDATE limits SET count = CASE WHEN limits.key = $3 THEN 0 ELSE greatest(count - 1, 0) END, blocked_until = NULL
    FROM (SELECT key FROM limits WHERE key = $3 OR key = ANY ($4) ORDER BY key FOR UPDATE) AS locked
    WHERE limits.key = locked.key
  )
  INSERT INTO limits AS stored (key, count, expires_at) VALUES ($1, 0, now() + make_interval(secs => $2))
  ON CONFLICT (key) DO UPDATE SET count = 0, blocked_until = NULL, expires_at = excluded.expires_at`

/** Writes that somebody is known for the rule's window, begins the count of `anew` anew, and takes one attempt off the `lessened` counts. */
export async function writeKnown(
  db: Database | Transaction,
  { known, anew, lessened }: { known: Count; anew: Count; lessened: Count[] },
): Promise<void> {
  await queryNamed(db, {
    name: 'write-known',
    text: welcomeText,
    values: [known.key, known.rule.windowSeconds, anew.key, lessened.map(({ key }) => key)],
  })
}

export async function deleteCounts(db: Database | Transaction, keys: Buffer[]): Promise<void> {
  await db.delete(limits).where(inArray(limits.key, keys))
}
