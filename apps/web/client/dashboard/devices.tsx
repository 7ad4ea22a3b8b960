import type { Session } from '@coursewire/api-client/enrollment-api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { dataOf, enrollment } from './api.ts'
import { notify } from './notices.tsx'
import { Loading, Problem } from './parts.tsx'
import { useLanguage, useWords } from './words.tsx'

const key = ['sessions']

/** Lists the devices on which the person is signed in. */
export function Devices() {
  const words = useWords()
  const queries = useQueryClient()
  const { data, error } = useQuery({ queryKey: key, queryFn: () => dataOf(enrollment.GET('/api/me/sessions')) })
  const ending = useMutation({
    /** Without an id, all but this one. */
    mutationFn: (sessionId: string | null): Promise<unknown> =>
      sessionId === null
        ? enrollment.DELETE('/api/me/sessions')
        : enrollment.DELETE('/api/me/sessions/{sessionId}', { params: { path: { sessionId } } }),
    onSuccess: (_, sessionId) => notify((said) => (sessionId === null ? said.devicesEnded : said.deviceEnded)),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  if (!data) return error ? <Problem error={error} /> : <Loading />
  return (
    <>
      <ul className="devices">
        {data.items.map((session) => (
          <Device key={session.id} session={session} onEnd={() => ending.mutate(session.id)} />
        ))}
      </ul>
      {ending.error ? <Problem error={ending.error} /> : null}
      {data.items.length > 1 ? (
        <button type="button" className="button quiet" onClick={() => ending.mutate(null)}>
          {words.devicesEnd}
        </button>
      ) : null}
    </>
  )
}

function Device({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const { words, language } = useLanguage()
  const { browser, system, current, lastUsedAt } = session
  const name = browser && system ? words.device(browser, system) : (browser ?? system ?? words.deviceUnknown)
  const used = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(lastUsedAt),
  )
  return (
    <li>
      <div>
        <p>
          {name}
          {current ? <strong> · {words.deviceThis}</strong> : null}
        </p>
        <p className="hint">{words.deviceUsed(used)}</p>
      </div>
      {current ? null : (
        <button type="button" className="link" aria-label={words.deviceEndOf(name)} onClick={onEnd}>
          {words.deviceEnd}
        </button>
      )}
    </li>
  )
}
