import type { Database, Logger } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type { Mailer, Quota } from './mailer.ts'
import * as metrics from './metrics.ts'

const REFRESH_MS = 60_000
/** SES answers this question once a second. */
const URGENT_MS = 1_000
/** While the quota of the day is used up, SES is asked again after so long. */
const PAUSE_SECONDS = 60
/**
 * SES measures its rate in a second. A full bucket and what is added to it in that time must not be more, so the rate is divided between
 * the two.
 */
const BURST = 0.2

/** SES reviews an account above these rates, and may stop it from sending. */
const MOST_BOUNCES = 0.05
const MOST_COMPLAINTS = 0.001
/** Fewer than these say nothing about the rate. */
const LEAST_REFUSALS = 5

/** Keeps the bucket filled as fast as SES lets the account send. Until SES has said how fast that is, nothing is limited. Holds news back while too many mails are refused. */
export function createBudget(options: { db: Database; mailer: Mailer; logger: Logger; monotonicMs: () => number }) {
  const { db, mailer, logger, monotonicMs } = options
  let askedAt = Number.NEGATIVE_INFINITY
  let isUsedUp = false
  let isNewsPaused = false

  async function refresh(): Promise<void> {
    const quota = await mailer.getQuota()
    const { perSecond, perDay, sentToday } = quota
    metrics.quotaPerSecond.record(perSecond)
    metrics.quotaLeft.record(perDay === null ? Number.POSITIVE_INFINITY : Math.max(0, perDay - sentToday))
    const wasUsedUp = isUsedUp
    const wasNewsPaused = isNewsPaused
    const { bounces, complaints } = await countRefusals(db)
    const rateOf = (refusals: number) => (refusals === 0 ? 0 : refusals / Math.max(refusals, sentToday))
    metrics.bounceRatio.record(rateOf(bounces))
    metrics.complaintRatio.record(rateOf(complaints))
    isUsedUp = perDay !== null && sentToday >= perDay
    isNewsPaused =
      (bounces >= LEAST_REFUSALS && rateOf(bounces) >= MOST_BOUNCES) ||
      (complaints >= LEAST_REFUSALS && rateOf(complaints) >= MOST_COMPLAINTS)
    await writeBudget(db, quota, { isUsedUp, isNewsPaused })
    if (isUsedUp && !wasUsedUp) {
      logger.error({ perDay, until: await findEnd(db) }, 'The quota of SES for a day is used up: mails wait')
    } else if (wasUsedUp && !isUsedUp) logger.info({ perDay, sentToday }, 'SES takes mails again')
    if (isNewsPaused && !wasNewsPaused) {
      const remedy =
        'Find in `mails list --status bounced` and `complained` what they have in common, before SES stops the account'
      logger.error({ bounces, complaints, sentToday, remedy }, 'Too many mails are refused: news wait')
    } else if (wasNewsPaused && !isNewsPaused) logger.info({ bounces, complaints, sentToday }, 'News are sent again')
  }

  return {
    /** Asks SES for the quota once a minute, or once a second while it refuses mails for it. Does not wait for the answer. */
    keep({ isUrgent = false } = {}): void {
      if (monotonicMs() - askedAt < (isUrgent ? URGENT_MS : REFRESH_MS)) return
      askedAt = monotonicMs()
      void refresh().catch((error: unknown) => logger.warn({ err: error }, 'The quota of SES cannot be read'))
    },
  }
}

async function writeBudget(
  db: Database,
  { perSecond }: Quota,
  { isUsedUp, isNewsPaused }: { isUsedUp: boolean; isNewsPaused: boolean },
): Promise<void> {
  const rate = perSecond * (1 - BURST)
  const capacity = Math.max(1, perSecond * BURST)
  const pausedUntil = isUsedUp ? sql`now() + make_interval(secs => ${PAUSE_SECONDS})` : sql`NULL`
  await db.execute(sql`
    INSERT INTO sending_budget (per_second, capacity, tokens, paused_until, is_news_paused)
    VALUES (${rate}, ${capacity}, ${capacity}, ${pausedUntil}, ${isNewsPaused})
    ON CONFLICT (is_only) DO UPDATE
      SET per_second = excluded.per_second, capacity = excluded.capacity, paused_until = excluded.paused_until,
          is_news_paused = excluded.is_news_paused`)
}

/** Counts the mails that came back for good or were called spam in the 24 hours for which SES tells how many it has sent. */
async function countRefusals(db: Database): Promise<{ bounces: number; complaints: number }> {
  const { rows } = await db.execute<{ bounces: number; complaints: number }>(sql`
    SELECT count(DISTINCT email_id) FILTER (WHERE status = 'bounced' AND reason LIKE 'Permanent:%')::int AS bounces,
           count(DISTINCT email_id) FILTER (WHERE status = 'complained')::int AS complaints
    FROM email_history
    WHERE status IN ('bounced', 'complained') AND changed_by = 'ses' AND at > now() - interval '1 day'`)
  return rows[0] ?? { bounces: 0, complaints: 0 }
}

/** SES counts the mails of the last 24 hours, so there is room again when the first of them is that old. */
async function findEnd(db: Database): Promise<string | null> {
  const { rows } = await db.execute<{ until: string | null }>(sql`
    SELECT to_char((min(at) + interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS until
    FROM email_history WHERE status = 'sent' AND at > now() - interval '1 day'`)
  return rows[0]?.until ?? null
}
