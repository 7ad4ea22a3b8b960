import type { CourseReport } from '@coursewire/api-client/insights'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, type SubmitEvent, useId } from 'react'
import { Refusal } from '../api.ts'
import { Failed, State } from '../parts.tsx'
import { useWords } from '../words.tsx'
import { useReportWords } from './words.ts'

const route = getRouteApi('/signed-in/for-editors')
const lengths = [7, 28, 90, 365]

export type Rate = CourseReport['clicksPerView']

/** The period that the address names. */
export const usePeriod = () => route.useSearch()

/** Chooses the days of a report. `shown` are those that it has. */
export function PeriodChoice({ shown }: { shown: { from: string; to: string } | undefined }) {
  const { say } = useReportWords()
  const chosen = usePeriod()
  const navigate = useNavigate()
  const id = useId()
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const { from, to } = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
    void navigate({ to: '.', search: { from: from || undefined, to: to || undefined } })
  }
  return (
    <div className="period">
      <nav className="pick" aria-label={say.period}>
        {lengths.map((length) => {
          const from = daysAgo(length - 1)
          const isChosen = chosen.to === undefined && (chosen.from ?? daysAgo(27)) === from
          return (
            <Link key={length} to="." search={{ from }} aria-current={isChosen ? 'page' : undefined}>
              {say.lastDays(length)}
            </Link>
          )
        })}
      </nav>
      <form onSubmit={submit} key={`${shown?.from} ${shown?.to}`}>
        {(['from', 'to'] as const).map((name) => (
          <div className="field" key={name}>
            <label htmlFor={`${id}${name}`}>{say[name]}</label>
            <input
              id={`${id}${name}`}
              className="input"
              type="date"
              name={name}
              defaultValue={shown?.[name] ?? chosen[name]}
            />
          </div>
        ))}
        <button type="submit" className="button quiet">
          {say.show}
        </button>
      </form>
    </div>
  )
}

/** Today where the reader is, which the tenant's days may be ahead of or behind by one. The report says which days it has. */
function daysAgo(count: number): string {
  const day = new Date()
  day.setDate(day.getDate() - count)
  return new Intl.DateTimeFormat('sv').format(day)
}

/** A report that cannot be shown. */
export function NoReport({ error, retry }: { error: unknown; retry: () => void }) {
  const words = useWords()
  const { say } = useReportWords()
  if (error instanceof Refusal && error.status === 404) {
    return (
      <State title={say.unknown} text={say.unknownWhat}>
        <Link className="button" to="/reports" search={true}>
          {say.reports}
        </Link>
      </State>
    )
  }
  if (error instanceof Refusal && (error.status === 422 || error.status === 400)) {
    return (
      <p className="notice bad" role="alert">
        {say.periodInvalid}
      </p>
    )
  }
  return <Failed title={words.oops} error={error} retry={retry} />
}

/** A table that is scrolled by itself where it is wider than the window. The first cell of a row names it. */
export function Table({
  label,
  head,
  rows,
}: {
  label: string
  head: string[]
  rows: { key: string; cells: ReactNode[] }[]
}) {
  return (
    <section className="scrolled" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells: [name, ...cells] }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={head[at + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The unusual properties of a page. */
export function Marks({ page }: { page: { parentId: string | null; isDeleted: boolean } }) {
  const { say } = useReportWords()
  return (
    <>
      {page.parentId === null ? null : <span className="mark">{say.variant}</span>}
      {page.isDeleted ? <span className="mark bad">{say.deleted}</span> : null}
    </>
  )
}

/** A rate and its interval. */
export function RateText({ rate }: { rate: Rate }) {
  const { say, percent } = useReportWords()
  if (!rate) return <span className="hint">–</span>
  return (
    <>
      {percent(rate.rate)} <span className="hint">({say.range(percent(rate.low), percent(rate.high))})</span>
    </>
  )
}

/** The intervals of rates below each other, on one scale, so that it is seen which of them overlap. */
export function Interval({ rate, most }: { rate: Rate; most: number }) {
  if (!rate || most <= 0) return null
  const at = (value: number) => (value / most) * 100
  return (
    <svg className="interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <path className="thread" d={`M${at(rate.low)} 4H${at(rate.high)}`} />
      <path className="mark" d={`M${at(rate.rate)} 0V8`} />
    </svg>
  )
}
