import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Loading, State, useTitle } from '../parts.tsx'
import { rankingQuery } from './data.ts'
import { NoReport, PeriodChoice, Table, usePeriod } from './parts.tsx'
import './reports.css'
import { useReportWords } from './words.ts'

/** The courses that most students have joined. */
export function CourseReports() {
  const { say, number, longDay } = useReportWords()
  const period = usePeriod()
  useTitle(say.reports)
  const { data, error, refetch } = useQuery({ ...rankingQuery(period), placeholderData: keepPreviousData })
  return (
    <div className="reports">
      <h1>{say.reports}</h1>
      <p className="lead">
        {say.reportsWhat} {data ? `${say.days(longDay(data.from), longDay(data.to))}.` : null}
      </p>
      <PeriodChoice shown={data} />
      {error ? (
        <NoReport error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.items.length === 0 ? (
        <State title={say.nobody} text={say.nobodyWhat} />
      ) : (
        <Table
          label={say.reports}
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
