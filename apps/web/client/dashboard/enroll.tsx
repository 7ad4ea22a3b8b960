import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { enrollment } from './api.ts'
import { notify } from './notices.tsx'
import { Loading, Problem, State, useTitle } from './parts.tsx'
import { useWords } from './words.tsx'

const route = getRouteApi('/enroll/$courseId')

/** The button was pressed on one of our own pages, and not on a page of somebody who wants to enrol our visitors. */
const wasPressedHere = () => document.referrer.startsWith(`${location.origin}/`)

/** The page to which the button "Enroll" leads those who are signed in. */
export function Enroll() {
  const words = useWords()
  const { courseId } = route.useParams()
  const { distributionId, ctaType } = route.useSearch()
  const navigate = useNavigate()
  useTitle(words.enrollTitle)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      enrollment.POST('/api/enrollments', {
        body: { courseId, source: 'manual', ...(distributionId && { distributionId }), ...(ctaType && { ctaType }) },
      }),
    onSuccess: () => {
      notify(({ enrolled }) => enrolled, { onNextPage: true })
      return navigate({ to: '/courses/$courseId', params: { courseId }, replace: true })
    },
  })
  useEffect(() => {
    if (wasPressedHere()) mutate()
  }, [mutate])
  if (isPending) return <Loading />
  return (
    <State title={words.enrollTitle}>
      {error ? <Problem error={error} /> : null}
      <button type="button" className="button" onClick={() => mutate()}>
        {error ? words.again : words.enrollYes}
      </button>
      <Link to="/">{words.myCourses}</Link>
    </State>
  )
}
