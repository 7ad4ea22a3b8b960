import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Loading, useTitle } from '../parts.tsx'
import { distributionQuery } from './data.ts'
import { Funnel } from './funnel.tsx'
import { Marks, NoReport, PeriodChoice, usePeriod } from './parts.tsx'
import './reports.css'
import { useReportWords } from './words.ts'

const route = getRouteApi('/signed-in/for-editors/reports/distributions/$distributionId')

/** One page of a course. */
export function DistributionReport() {
  const { say } = useReportWords()
  const { distributionId } = route.useParams()
  const period = usePeriod()
  const { data, error, refetch } = useQuery({
    ...distributionQuery(distributionId, period),
    placeholderData: keepPreviousData,
  })
  const title = data?.title ?? data?.slug ?? say.unnamedPage
  useTitle(title)
  return (
    <div className="reports">
      <p>
        {data?.courseId ? (
          <Link to="/reports/courses/$courseId" params={{ courseId: data.courseId }} search={period}>
            {say.ofCourse}
          </Link>
        ) : (
          <Link to="/reports" search={period}>
            {say.reports}
          </Link>
        )}
      </p>
      {data ? (
        <h1>
          {title} <Marks page={data} />
        </h1>
      ) : null}
      <PeriodChoice shown={data} />
      {error ? <NoReport error={error} retry={() => void refetch()} /> : data ? <Funnel report={data} /> : <Loading />}
    </div>
  )
}
