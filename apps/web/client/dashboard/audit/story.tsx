import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Failed, Loading, State, useTitle } from '../parts.tsx'
import { useWords } from '../words.tsx'
import './audit.css'
import { storyQuery } from './data.ts'
import { Content } from './records.tsx'
import { useAuditWords } from './words.ts'

const route = getRouteApi('/signed-in/for-admins/audit/stories/$correlationId')

/** All events that came of one request. */
export function Story() {
  const words = useWords()
  const { say, time } = useAuditWords()
  const { correlationId } = route.useParams()
  useTitle(say.story)
  const { data, error, refetch } = useQuery(storyQuery(correlationId))
  if (error && !data) return <Failed title={words.oops} error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.items.length === 0) return <State title={say.storyNone} text={correlationId} />
  const causes = new Map(data.items.map(({ eventId, type }) => [eventId, type]))
  return (
    <div className="audit">
      <p>
        <Link to="/audit">{say.records}</Link>
      </p>
      <h1>
        {say.story} <code>{correlationId}</code>
      </h1>
      <p className="lead">{say.storyWhat}</p>
      {data.isWhole ? null : <p className="notice bad">{say.storyPart}</p>}
      <ol className="records">
        {data.items.map(({ id, type, appendedAt, actor, topic, partition, offset, causationId, deadLetter, event }) => (
          <li key={id}>
            <div>
              <h2>{type ?? '–'}</h2>
              <p className="hint">
                {time(appendedAt)} · {actor ?? say.nobody} · {say.place}: {topic}/{partition}/{offset}
              </p>
              <p className="hint">
                {say.cause}: {causationId === null ? say.ofRequest : (causes.get(causationId) ?? causationId)}
              </p>
              {deadLetter ? <p className="error">{say.deadLetter(deadLetter.reason)}</p> : null}
            </div>
            {event ? <Content event={event} /> : null}
          </li>
        ))}
      </ol>
    </div>
  )
}
