import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Loading, useTitle } from '../parts.tsx'
import { rankingQuery, tenantQuery } from './data.ts'
import { Funnel } from './funnel.tsx'
import { NoReport, PeriodChoice, Table, usePeriod } from './parts.tsx'
import './reports.css'
import { useReportWords } from './words.ts'

/** All courses together, and those that most students have joined. */
export function CourseReports() {
  const { say } = useReportWords()
  const period = usePeriod()
  useTitle(say.reports)
  const { data, error, refetch } = useQuery({ ...tenantQuery(period), placeholderData: keepPreviousData })
  return (
    <div className="reports">
      <h1>{say.reports}</h1>
      <PeriodChoice shown={data} />
      {error ? (
        <NoReport error={error} retry={() => void refetch()} />
      ) : (
        <>
          {data ? <Funnel report={data} /> : <Loading />}
          <Ranking />
        </>
      )}
    </div>
  )
}

function Ranking() {
  const { say, number } = useReportWords()
  const period = usePeriod()
  const { data, error, refetch } = useQuery({ ...rankingQuery(period), placeholderData: keepPreviousData })
  return (
    <div className="report">
      <h2>{say.courses}</h2>
      <p className="hint">{say.coursesWhat}</p>
      {error ? (
        <NoReport error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.items.length === 0 ? (
        <p className="hint">{say.nobody}</p>
      ) : (
        <Table
          label={say.courses}
          head={[say.course, say.enrolments, say.leaves]}
          rows={data.items.map(({ courseId, title, enrolments, leaves }) => ({
            key: courseId,
            cells: [
              <Link key="link" to="/reports/courses/$courseId" params={{ courseId }} search={period}>
                {title ?? `${say.unnamed} (${courseId})`}
              </Link>,
              number(enrolments),
              number(leaves),
            ],
          }))}
        />
      )}
    </div>
  )
}
