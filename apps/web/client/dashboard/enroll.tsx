import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { hasSession } from '../session.ts'
import { enrollment } from './api.ts'
import { intent } from './intent.ts'
import { notify } from './notices.tsx'
import { Loading, Problem, State, useTitle } from './parts.tsx'
import { useWords } from './words.tsx'

const route = getRouteApi('/enroll/$courseId')

/** The button was pressed on one of our own pages, and not on a page of somebody who wants to enrol our visitors. */
const wasPressedHere = () => document.referrer.startsWith(`${location.origin}/`)

/** Where the button "Enroll" leads: enrols who is signed in, and remembers the course for who is not. */
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
    if (!hasSession()) {
      intent.keep(courseId)
      void navigate({ to: '/sign-up', replace: true })
    } else if (wasPressedHere()) mutate()
  }, [courseId, navigate, mutate])
  if (isPending || !hasSession()) return <Loading />
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
