import type { paths } from '@coursewire/api-client/audit-log'
import { queryOptions } from '@tanstack/react-query'
import createClient from 'openapi-fetch'
import { authorized } from '../../session.ts'
import { dataOf, refusals } from '../api.ts'

const audit = createClient<paths>({ baseUrl: location.origin, fetch: authorized })
audit.use(refusals)

/** The parameters that addresses of the pages can have. The times are local ones, as their fields have them. */
export const searchNames = ['entity', 'actor', 'type', 'since', 'until'] as const
export type Search = { [Name in (typeof searchNames)[number] | 'cursor']?: string | undefined }

/** The API knows no local times. One that is none is left to it to refuse. */
function toMoment(local: string): string {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? local : at.toISOString()
}

const periodOf = ({ since, until }: Search) => ({
  ...(since && { since: toMoment(since) }),
  ...(until && { until: toMoment(until) }),
})

export const recordsQuery = (search: Search) =>
  queryOptions({
    queryKey: ['records', search],
    queryFn: () => {
      const { entity, actor, type, cursor } = search
      const wanted = { ...(entity && { entity }), ...(actor && { actor }), ...(type && { type }), ...periodOf(search) }
      const query = { ...wanted, limit: 50, ...(cursor && { cursor }) }
      return dataOf(audit.GET('/api/admin/records', { params: { query } }))
    },
  })

export const storyQuery = (correlationId: string) =>
  queryOptions({
    queryKey: ['records', 'story', correlationId],
    queryFn: () =>
      dataOf(audit.GET('/api/admin/records/stories/{correlationId}', { params: { path: { correlationId } } })),
  })

/** The address from which the log of a period can be downloaded, with the token of the person. */
export async function loadExport(search: Search): Promise<Blob> {
  const { data } = await audit.GET('/api/admin/records/export', {
    params: { query: periodOf(search) },
    parseAs: 'blob',
  })
  return data as unknown as Blob
}
