import type { CourseReport as Report } from '@coursewire/api-client/insights'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Loading, useTitle } from '../parts.tsx'
import { courseQuery } from './data.ts'
import { Funnel } from './funnel.tsx'
import { Interval, Marks, NoReport, PeriodChoice, RateText, Table, usePeriod } from './parts.tsx'
import './reports.css'
import { useReportWords } from './words.ts'

const route = getRouteApi('/signed-in/for-editors/reports/courses/$courseId')

/** A course as a whole, and its pages beside each other. */
export function CourseReport() {
  const { say } = useReportWords()
  const { courseId } = route.useParams()
  const period = usePeriod()
  const { data, error, refetch } = useQuery({ ...courseQuery(courseId, period), placeholderData: keepPreviousData })
  const title = (data && nameCourse(data)) ?? say.unnamed
  useTitle(title)
  return (
    <div className="reports">
      <p>
        <Link to="/reports" search={period}>
          {say.reports}
        </Link>
      </p>
      {data ? <h1>{title}</h1> : null}
      <PeriodChoice shown={data} />
      {error ? (
        <NoReport error={error} retry={() => void refetch()} />
      ) : data ? (
        <>
          <Funnel report={data} />
          <Pages report={data} />
        </>
      ) : (
        <Loading />
      )}
    </div>
  )
}

/** Its first page gives a course its name, and not a variant. */
function nameCourse({ distributions }: Report): string | null {
  const named = distributions.filter(({ title }) => title !== null)
  const first = named.find(({ parentId, isDeleted }) => parentId === null && !isDeleted) ?? named[0]
  return first?.title ?? null
}

function Pages({ report: { distributions } }: { report: Report }) {
  const { say, number } = useReportWords()
  const period = usePeriod()
  if (distributions.length === 0) return null
  const most = Math.max(...distributions.map(({ clicksPerView }) => clicksPerView?.high ?? 0))
  return (
    <div className="report">
      <h2>{say.pages}</h2>
      <p className="hint">{say.pagesWhat}</p>
      <Table
        label={say.pages}
        head={[say.page, say.views, say.clicks, say.clicksPerView, say.enrolments, say.enrolmentsPerClick]}
        rows={distributions.map((page) => ({
          key: page.distributionId,
          cells: [
            <div key="name">
              <Link
                to="/reports/distributions/$distributionId"
                params={{ distributionId: page.distributionId }}
                search={period}
              >
                {page.title ?? page.slug ?? `${say.unnamedPage} (${page.distributionId})`}
              </Link>
              <Marks page={page} />
            </div>,
            number(page.views),
            number(page.clicks),
            <div key="rate">
              <RateText rate={page.clicksPerView} />
              <Interval rate={page.clicksPerView} most={most} />
            </div>,
            number(page.enrolments),
            <RateText key="second" rate={page.enrolmentsPerClick} />,
          ],
        }))}
      />
    </div>
  )
}
