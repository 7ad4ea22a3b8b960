import { toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, readMoment, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { experiments } from '../db/schema.ts'
import { type Experiment, type Neighbours, readTotal, type Told, WINDOW } from './experiment.ts'
import type { Counted } from './verdict.ts'

type OfDistribution = { tenantId: string; distributionId: string }

/** An event that says the same twice is noted once. */
export async function noteExperiment(tx: Transaction, { at, ...told }: OfDistribution & Told): Promise<void> {
  await tx
    .insert(experiments)
    .values({ ...told, toldAt: at })
    .onConflictDoNothing()
}

/** A running total of a call to action at a moment. */
export interface CtaTotal extends OfDistribution {
  kind: 'views' | 'clicks'
  ctaType: string
  at: string
  total: number
}

const sameKey = (one: string, other: string) =>
  ['tenant_id', 'distribution_id', 'kind', 'cta_type'].map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ')

const givenTotals = `
  SELECT tenant_id, distribution_id, kind, cta_type, at::timestamptz AS at, max(total::bigint) AS total
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         AS given (tenant_id, distribution_id, kind, cta_type, at, total)
  GROUP BY 1, 2, 3, 4, 5`

const noteStatement = `
  INSERT INTO cta_totals (tenant_id, distribution_id, kind, cta_type, at, total)
  SELECT * FROM (${givenTotals}) AS given ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (tenant_id, distribution_id, kind, cta_type, at)
  DO UPDATE SET total = excluded.total WHERE cta_totals.total < excluded.total`

/** The time in which pages and events of before an experiment still arrive. It is as long as two windows of distribution-service. */
const SETTLING = `interval '2 minutes'`

// A total is needed if a boundary of an experiment lies between it and the next one, or so shortly before it that it tells of that window.
// The first one of all is needed where the beginning of a distribution is not known.
const forgetStatement = `
  DELETE FROM cta_totals AS old USING (
    SELECT DISTINCT ON (tenant_id, distribution_id, kind, cta_type) given.*,
           (SELECT max(at) FROM cta_totals AS newest WHERE ${sameKey('newest', 'given')}) - interval '2 days' AS until
    FROM (${givenTotals}) AS given
  ) AS given
  WHERE ${sameKey('old', 'given')} AND old.at < given.until AND EXISTS (
    SELECT FROM cta_totals AS first WHERE ${sameKey('first', 'old')} AND first.at < old.at
  ) AND EXISTS (
    SELECT FROM cta_totals AS later
    WHERE ${sameKey('later', 'old')} AND later.at > old.at AND later.at < given.until AND later.total >= old.total
      AND NOT EXISTS (
        SELECT FROM experiments AS told, unnest(ARRAY[told_at, told_at + ${SETTLING}, ends_at]) AS boundary
        WHERE told.tenant_id = old.tenant_id AND told.distribution_id = old.distribution_id
          AND boundary >= old.at - interval '${WINDOW} s' AND boundary < later.at
      )
  )`

/** Notes totals, in whatever order and however often they come. */
export async function noteCtaTotals(tx: Transaction, totals: CtaTotal[]): Promise<void> {
  if (totals.length === 0) return
  const texts = (read: (total: CtaTotal) => string) => toBinaryArray('text', totals.map(read))
  const values = [
    texts((one) => one.tenantId),
    texts((one) => one.distributionId),
    texts((one) => one.kind),
    texts((one) => one.ctaType),
    texts((one) => one.at),
    texts((one) => String(one.total)),
  ]
  await queryNamed(tx, { name: 'note-cta-totals', text: noteStatement, values })
  await queryNamed(tx, { name: 'forget-cta-totals', text: forgetStatement, values })
}

/** Lists what events have said about the experiments of a distribution, by their moments. */
export async function listTold(db: Database, { tenantId, distributionId }: OfDistribution): Promise<Told[]> {
  const { toldAt, arms, endsAt } = experiments
  return db
    .select({ at: toldAt, arms, endsAt })
    .from(experiments)
    .where(and(eq(experiments.tenantId, tenantId), eq(experiments.distributionId, distributionId)))
    .orderBy(toldAt)
}

type Boundary = 'begin' | 'end' | 'together'
type Found = Neighbours & {
  ctaType: string
  kind: CtaTotal['kind']
  boundary: Boundary
  countedFrom: string
  hasEnded: boolean
  isWhole: boolean
}

/**
 * Reads what was counted of the arms in an experiment. It begins two minutes late, when the views of before it have been told and few pages of
 * before it are open. `viewsTogether` end a window before the last total was told, because by then all are known.
 */
export async function readCounted(
  db: Database,
  { tenantId, distributionId }: OfDistribution,
  { beganAt, endsAt, arms }: Experiment,
): Promise<{ counted: Counted[]; countedFrom: string; hasEnded: boolean }> {
  const ctaTypes = sql`${sql.param(arms.map(({ ctaType }) => ctaType))}::text[]`
  const ofDistribution = sql`tenant_id = ${tenantId} AND distribution_id = ${distributionId}`
  const ofTotal = sql`${ofDistribution} AND cta_type = arm AND cta_totals.kind = asked.kind`
  const { rows } = await db.execute<Found & Record<string, unknown>>(sql`
    WITH bounds AS (
      SELECT ${beganAt}::timestamptz + ${sql.raw(SETTLING)} AS start, ${endsAt}::timestamptz AS finish, (
        SELECT max(at) FROM cta_totals WHERE ${ofDistribution} AND kind = 'views' AND cta_type = ANY (${ctaTypes})
      ) - make_interval(secs => ${WINDOW}) AS known
    )
    SELECT arm AS "ctaType", asked.kind, boundary, extract(epoch FROM moment)::float8 AS moment, earlier.told AS before,
           later.told AS after, start::text AS "countedFrom", finish <= now() OR deleted_at IS NOT NULL AS "hasEnded",
           coalesce(is_whole, false) AS "isWhole"
    FROM bounds
    CROSS JOIN unnest(${ctaTypes}) AS arm
    CROSS JOIN unnest(ARRAY['views', 'clicks']) AS asked (kind)
    CROSS JOIN unnest(
      ARRAY['begin', 'end', 'together'], ARRAY[start, greatest(start, finish), greatest(start, least(finish, known))]
    ) AS limits (boundary, moment)
    LEFT JOIN pages ON ${ofDistribution}
    LEFT JOIN LATERAL (
      SELECT json_build_object('total', max(total), 'at', extract(epoch FROM max(at))) AS told
      FROM cta_totals WHERE ${ofTotal} AND at <= moment HAVING count(*) > 0
    ) AS earlier ON true
    LEFT JOIN LATERAL (
      SELECT json_build_object('total', total, 'at', extract(epoch FROM at)) AS told
      FROM cta_totals WHERE ${ofTotal} AND at > moment ORDER BY at LIMIT 1
    ) AS later ON true`)

  function count(ctaType: string, kind: CtaTotal['kind'], end: Boundary): number {
    const readAt = (boundary: Boundary) => {
      const found = rows.find((row) => row.ctaType === ctaType && row.kind === kind && row.boundary === boundary)
      return found ? readTotal(found, { window: kind === 'views' ? WINDOW : 0, isWhole: found.isWhole }) : 0
    }
    return Math.max(0, Math.round(readAt(end) - readAt('begin')))
  }
  return {
    counted: arms.map((arm) => ({
      ...arm,
      views: count(arm.ctaType, 'views', 'end'),
      clicks: count(arm.ctaType, 'clicks', 'end'),
      viewsTogether: count(arm.ctaType, 'views', 'together'),
    })),
    countedFrom: readMoment(rows[0]?.countedFrom ?? beganAt),
    hasEnded: rows[0]?.hasEnded ?? false,
  }
}
