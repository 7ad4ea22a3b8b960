import {
  distributionEnrollmentClicked,
  distributionViewed,
  enrollmentCancelled,
  enrollmentCompleted,
} from '@coursewire/events'
import { onRun } from '@coursewire/messaging'
import { addEnrollments, raiseTotals, type Total } from './repository.ts'

/** Keeps what a report about the way from a view to an enrolment needs. */
export const analyticsHandlers = [
  onRun(distributionViewed, (tx, events) =>
    raiseTotals(
      tx,
      events.flatMap(({ payload, meta }) => {
        const { distribution_id: distributionId, viewed_at: at, referrer_category, cta_type } = payload
        const of = { tenantId: meta.tenant_id, distributionId, at }
        return [
          { ...of, kind: 'views', value: '', total: payload.view_count },
          ...counted(of, 'views_by_referrer', referrer_category, payload.referrer_view_count),
          ...counted(of, 'views_by_cta', cta_type, payload.cta_view_count),
        ] satisfies Total[]
      }),
    ),
  ),
  onRun(distributionEnrollmentClicked, (tx, events) =>
    raiseTotals(
      tx,
      events.flatMap(({ payload, meta }) => {
        const of = { tenantId: meta.tenant_id, distributionId: payload.distribution_id, at: payload.clicked_at }
        return [
          { ...of, kind: 'clicks', value: '', total: payload.enrollment_count },
          ...counted(of, 'clicks_by_cta', payload.cta_type, payload.cta_enrollment_count),
        ] satisfies Total[]
      }),
    ),
  ),
  onRun(enrollmentCompleted, (tx, events) =>
    addEnrollments(
      tx,
      events.map(({ payload, meta }) => ({
        tenantId: meta.tenant_id,
        courseId: payload.course_id,
        at: payload.enrolled_at,
        distributionId: payload.distribution_id ?? '',
        ctaType: payload.cta_type ?? '',
        source: payload.source,
        joined: 1,
        left: 0,
      })),
    ),
  ),
  onRun(enrollmentCancelled, (tx, events) =>
    addEnrollments(
      tx,
      events.map(({ payload, meta }) => ({
        tenantId: meta.tenant_id,
        courseId: payload.course_id,
        at: payload.cancelled_at,
        distributionId: '',
        ctaType: '',
        source: '',
        joined: 0,
        left: 1,
      })),
    ),
  ),
]

/** A total that an event need not have. */
function counted(
  of: Pick<Total, 'tenantId' | 'distributionId' | 'at'>,
  kind: Total['kind'],
  value: string | undefined,
  total: number | undefined,
): Total[] {
  return value === undefined || total === undefined ? [] : [{ ...of, kind, value, total }]
}
