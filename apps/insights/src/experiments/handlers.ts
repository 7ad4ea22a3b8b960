import {
  distributionCreated,
  distributionEnrollmentClicked,
  distributionUpdated,
  distributionViewed,
  experiment,
} from '@coursewire/events'
import { on, onRun } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { z } from 'zod'
import { type CtaTotal, noteCtaTotals, noteExperiment } from './repository.ts'

/** Values that say nothing about an experiment, or something that we cannot read, change nothing. */
const values = z.object({ experiment: experiment.nullish().catch(undefined) })

/** Keeps what experiments with calls to action need. */
export const experimentHandlers = [
  on(distributionCreated, (tx, { payload, meta }) =>
    note(tx, { tenantId: meta.tenant_id, distributionId: payload.distribution_id, at: payload.created_at }, payload),
  ),
  on(distributionUpdated, (tx, { payload, meta }) =>
    note(
      tx,
      { tenantId: meta.tenant_id, distributionId: payload.distribution_id, at: payload.updated_at },
      values.parse(payload.new_values),
    ),
  ),
  onRun(distributionViewed, (tx, events) =>
    noteCtaTotals(
      tx,
      events.flatMap(({ payload, meta }): CtaTotal[] => {
        const { distribution_id: distributionId, viewed_at: at, cta_type: ctaType, cta_view_count: total } = payload
        if (ctaType === undefined || total === undefined) return []
        return [{ tenantId: meta.tenant_id, distributionId, kind: 'views', ctaType, at, total }]
      }),
    ),
  ),
  onRun(distributionEnrollmentClicked, (tx, events) =>
    noteCtaTotals(
      tx,
      events.flatMap(({ payload, meta }): CtaTotal[] => {
        const {
          distribution_id: distributionId,
          clicked_at: at,
          cta_type: ctaType,
          cta_enrollment_count: total,
        } = payload
        return total === undefined
          ? []
          : [{ tenantId: meta.tenant_id, distributionId, kind: 'clicks', ctaType, at, total }]
      }),
    ),
  ),
]

async function note(
  tx: Transaction,
  of: { tenantId: string; distributionId: string; at: string },
  { experiment }: z.output<typeof values>,
): Promise<void> {
  if (experiment === undefined) return
  const { arms = [], split = [], ends_at = null } = experiment ?? {}
  const whole = split.reduce((sum, weight) => sum + weight, 0)
  const shared = arms.map(({ label, cta_type }, index) => ({
    label,
    ctaType: cta_type,
    share: (split[index] ?? 0) / whole,
  }))
  await noteExperiment(tx, { ...of, arms: experiment && shared, endsAt: ends_at })
}
