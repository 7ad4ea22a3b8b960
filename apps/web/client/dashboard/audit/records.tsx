import type { AuditRecord } from '@coursewire/api-client/audit-log'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type SubmitEvent, useId } from 'react'
import { Refusal } from '../api.ts'
import { notify } from '../notices.tsx'
import { Failed, Loading, Problem, State, useTitle } from '../parts.tsx'
import { useWords } from '../words.tsx'
import './audit.css'
import { loadExport, recordsQuery, searchNames } from './data.ts'
import { useAuditWords } from './words.ts'

const route = getRouteApi('/signed-in/for-admins/audit')

/** Searches the audit log. */
export function Records() {
  const words = useWords()
  const { say } = useAuditWords()
  const search = route.useSearch()
  useTitle(say.records)
  const { data, error, refetch } = useQuery(recordsQuery(search))
  const isRefused = error instanceof Refusal && error.status === 400
  return (
    <div className="audit">
      <h1>{say.records}</h1>
      <p className="lead">{say.recordsWhat}</p>
      <SearchForm />
      {isRefused ? (
        <p className="notice bad" role="alert">
          {say.invalid}
        </p>
      ) : error ? (
        <Failed title={words.oops} error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.items.length === 0 ? (
        <State title={say.none} text={say.noneWhat} />
      ) : (
        <>
          <ul className="records">
            {data.items.map((record) => (
              <Row key={record.id} record={record} />
            ))}
          </ul>
          {data.nextCursor === null ? null : (
            <Link className="button quiet" to="/audit" search={{ ...search, cursor: data.nextCursor }}>
              {say.more}
            </Link>
          )}
        </>
      )}
    </div>
  )
}

function SearchForm() {
  const { say } = useAuditWords()
  const search = route.useSearch()
  const navigate = useNavigate()
  const id = useId()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => loadExport(search),
    onSuccess(log) {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(log)
      link.download = 'audit-log.ndjson'
      link.click()
      URL.revokeObjectURL(link.href)
      notify(() => say.exported)
    },
  })
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
    const given = searchNames.map((name) => [name, form[name]?.trim() || undefined])
    void navigate({ to: '/audit', search: Object.fromEntries(given) })
  }
  return (
    <form className="search" onSubmit={submit} key={JSON.stringify(search)}>
      {searchNames.map((name) => (
        <div className="field" key={name}>
          <label htmlFor={`${id}${name}`}>{say[name]}</label>
          <input
            id={`${id}${name}`}
            name={name}
            className="input"
            type={name === 'since' || name === 'until' ? 'datetime-local' : 'text'}
            defaultValue={search[name]}
            aria-describedby={name === 'entity' ? `${id}hint` : undefined}
          />
          {name === 'entity' ? (
            <p className="hint" id={`${id}hint`}>
              {say.entityHint}
            </p>
          ) : null}
        </div>
      ))}
      <div className="form-do">
        <button type="submit" className="button">
          {say.search}
        </button>
        <button
          type="button"
          className="button quiet"
          aria-disabled={isPending}
          onClick={() => {
            if (!isPending) mutate()
          }}
        >
          {say.export}
        </button>
      </div>
      {error ? <Problem error={error} /> : null}
    </form>
  )
}

function Row({ record }: { record: AuditRecord }) {
  const { say, time } = useAuditWords()
  const { type, key, actor, appendedAt, correlationId, deadLetter, event } = record
  return (
    <li>
      <div>
        <h2>{type ?? '–'}</h2>
        <p className="hint">
          {time(appendedAt)} · {actor ?? say.nobody} · {key ?? '–'}
        </p>
        {deadLetter ? <p className="error">{say.deadLetter(deadLetter.reason)}</p> : null}
      </div>
      {correlationId === null ? null : (
        <Link to="/audit/stories/$correlationId" params={{ correlationId }}>
          {say.story}
          <span className="hidden">: {type}</span>
        </Link>
      )}
      {event ? <Content event={event} /> : null}
    </li>
  )
}

/** An event as it was received. */
export function Content({ event }: { event: unknown }) {
  const { say } = useAuditWords()
  return (
    <details>
      <summary>{say.content}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reachable by the keyboard */}
      <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
    </details>
  )
}
