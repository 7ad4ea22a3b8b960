import type { CourseReport } from '@coursewire/api-client/insights'
import { lazy, Suspense, useMemo, useState } from 'react'
import { type Rate, RateText, Table } from './parts.tsx'
import { useReportWords } from './words.ts'

type Report = Omit<CourseReport, 'courseId' | 'distributions'>

const steps = ['views', 'clicks', 'enrolments'] as const

/** Only these pages load what draws, and without it they still have their tables. */
const Plot = lazy(() =>
  import('./plot.tsx').then(
    ({ Plot: shown }) => ({ default: shown }),
    () => ({ default: NoPlot }),
  ),
)

function NoPlot() {
  const { say } = useReportWords()
  return <p className="hint">{say.plotFailed}</p>
}

/** The way from a view to an enrolment, and where visitors come from. */
export function Funnel({ report }: { report: Report }) {
  const { say, number, longDay } = useReportWords()
  const { from, to, timeZone, totals, referrers, callsToAction, sources } = report
  const rates: Record<(typeof steps)[number], { name: string; rate: Rate } | null> = {
    views: null,
    clicks: { name: say.clicksPerView, rate: report.clicksPerView },
    enrolments: { name: say.enrolmentsPerClick, rate: report.enrolmentsPerClick },
  }
  const isQuiet = Object.values(totals).every((total) => total === 0)
  return (
    <>
      <p className="lead">
        {say.days(longDay(from), longDay(to))}. {say.inZone(timeZone)}
      </p>
      <section className="report" aria-label={say.steps}>
        <h2>{say.steps}</h2>
        {isQuiet ? <p className="lead">{say.quiet}</p> : null}
        <ol className="funnel">
          {steps.map((step) => (
            <li key={step}>
              <strong>{number(totals[step])}</strong> {say[step]}
              {rates[step] ? (
                <p>
                  {rates[step].name}: {rates[step].rate ? <RateText rate={rates[step].rate} /> : say.noRate}
                </p>
              ) : null}
            </li>
          ))}
          <li>
            <strong>{number(totals.leaves)}</strong> {say.leaves}
          </li>
        </ol>
        <p className="hint">{say.stepsWhat}</p>
      </section>
      {isQuiet ? null : <ByDay report={report} />}
      <div className="report-columns">
        <Part
          title={say.referrers}
          head={[say.referrer, say.views]}
          rows={referrers
            .toSorted((a, b) => b.views - a.views)
            .map(({ category, views }) => ({
              key: category,
              cells: [say.referrerNames[category] ?? category, number(views)],
            }))}
        />
        <Part
          title={say.sources}
          head={[say.source, say.enrolments]}
          rows={sources
            .toSorted((a, b) => b.enrolments - a.enrolments)
            .map(({ source, enrolments }) => ({
              key: source,
              cells: [say.sourceNames[source] ?? source, number(enrolments)],
            }))}
        />
      </div>
      <Part
        title={say.callsToAction}
        head={[say.callToAction, say.views, say.clicks, say.clicksPerView, say.enrolments]}
        rows={callsToAction.map(({ ctaType, views, clicks, clicksPerView, enrolments }) => ({
          key: ctaType,
          cells: [
            ctaType,
            number(views),
            number(clicks),
            <RateText key="rate" rate={clicksPerView} />,
            number(enrolments),
          ],
        }))}
      />
    </>
  )
}

function Part({ title, head, rows }: { title: string } & Pick<Parameters<typeof Table>[0], 'head' | 'rows'>) {
  const { say } = useReportWords()
  return (
    <div className="report">
      <h2>{title}</h2>
      {rows.length > 0 ? <Table label={title} head={head} rows={rows} /> : <p className="hint">{say.none}</p>}
    </div>
  )
}

function ByDay({ report: { days } }: { report: Report }) {
  const { say, number, longDay, shortDay } = useReportWords()
  const [pointed, setPointed] = useState<number | null>(null)
  // A plot is made anew when these change.
  const { names, series } = useMemo(
    () => ({
      names: days.map(({ day }) => day),
      series: steps.map((step) => ({ step, numbers: days.map((of) => of[step]) })),
    }),
    [days],
  )
  const shown = pointed === null ? undefined : days[pointed]
  const numbersOf = (of: Report['days'][number]) =>
    [...steps, 'leaves' as const].map((step) => `${number(of[step])} ${say[step]}`).join(' · ')
  return (
    <section className="report" aria-label={say.byDay}>
      <h2>{say.byDay}</h2>
      <p className="hint">{shown ? `${longDay(shown.day)}: ${numbersOf(shown)}` : say.plotHint}</p>
      {series.map(({ step, numbers }) => (
        <figure key={step}>
          <figcaption>{say[step]}</figcaption>
          <Suspense fallback={<div className="plot" />}>
            <Plot
              days={names}
              numbers={numbers}
              label={say.plotOf(say[step], number(Math.max(...numbers)))}
              writeDay={shortDay}
              writeNumber={number}
              onPoint={setPointed}
            />
          </Suspense>
        </figure>
      ))}
      <details>
        <summary>{say.asTable}</summary>
        <Table
          label={say.asTable}
          head={[say.day, say.views, say.clicks, say.enrolments, say.leaves]}
          rows={days.map(({ day, views, clicks, enrolments, leaves }) => ({
            key: day,
            cells: [longDay(day), number(views), number(clicks), number(enrolments), number(leaves)],
          }))}
        />
      </details>
    </section>
  )
}
