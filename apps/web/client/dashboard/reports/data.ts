import { queryOptions } from '@tanstack/react-query'
import { dataOf, insights } from '../api.ts'

/** The first and the last day, in the tenant's time zone. What is left out is chosen by the API. */
export interface Period {
  from?: string | undefined
  to?: string | undefined
}

const given = ({ from, to }: Period) => ({ ...(from && { from }), ...(to && { to }) })

export const tenantQuery = (period: Period) =>
  queryOptions({
    queryKey: ['reports', 'tenant', period],
    queryFn: () => dataOf(insights.GET('/api/insights/tenant', { params: { query: given(period) } })),
  })

export const rankingQuery = (period: Period) =>
  queryOptions({
    queryKey: ['reports', period],
    queryFn: () =>
      dataOf(insights.GET('/api/insights/courses', { params: { query: { ...given(period), limit: 100 } } })),
  })

export const courseQuery = (courseId: string, period: Period) =>
  queryOptions({
    queryKey: ['reports', 'course', courseId, period],
    queryFn: () =>
      dataOf(
        insights.GET('/api/insights/courses/{courseId}', { params: { path: { courseId }, query: given(period) } }),
      ),
  })

export const distributionQuery = (id: string, period: Period) =>
  queryOptions({
    queryKey: ['reports', 'distribution', id, period],
    queryFn: () =>
      dataOf(insights.GET('/api/insights/distributions/{id}', { params: { path: { id }, query: given(period) } })),
  })
