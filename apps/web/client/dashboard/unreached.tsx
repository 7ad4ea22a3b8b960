import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { dataOf, mails } from './api.ts'
import { useWords } from './words.tsx'

const SHOWN = 10

/** The latest mails to the person. */
export const mailsQuery = queryOptions({
  queryKey: ['mails'],
  queryFn: () => dataOf(mails.GET('/api/me/mails', { params: { query: { limit: SHOWN } } })),
})

/** Says so if mails do not reach the person: that is how the latest one ended of which the end is known. */
export function Unreached() {
  const words = useWords()
  const { data } = useQuery(mailsQuery)
  const latest = data?.items.find(({ state }) => state === 'returned' || state === 'delivered')
  if (latest?.state !== 'returned') return null
  return (
    <p className="notice bad" role="status">
      {words.unreached} <Link to="/account">{words.unreachedChange}</Link>
    </p>
  )
}
