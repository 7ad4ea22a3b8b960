import type { OwnMail } from '@coursewire/api-client/email-worker'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { mails } from './api.ts'
import { entriesQuery } from './my-courses-data.ts'
import { notify } from './notices.tsx'
import { Loading, Problem } from './parts.tsx'
import { mailsQuery } from './unreached.tsx'
import { useLanguage } from './words.tsx'

/** The latest mails to the person, and what became of each. */
export function SentMails() {
  const { words, language } = useLanguage()
  const queries = useQueryClient()
  const { data, error } = useQuery(mailsQuery)
  const courseIds = [...new Set(data?.items.flatMap(({ courseId }) => courseId ?? []))]
  const entries = useQuery({ ...entriesQuery(courseIds, language), enabled: courseIds.length > 0 })
  const sending = useMutation({
    mutationFn: (id: string) => mails.POST('/api/me/mails/{id}/send-again', { params: { path: { id } } }),
    onSuccess: () => notify((said) => said.mailAgainDone),
    onSettled: () => queries.invalidateQueries(mailsQuery),
  })
  if (!data) return error ? <Problem error={error} /> : <Loading />
  if (data.items.length === 0) return <p className="hint">{words.mailNone}</p>
  return (
    <>
      <ul className="devices">
        {data.items.map((mail) => (
          <SentMail
            key={mail.id}
            mail={mail}
            course={entries.data?.get(mail.courseId ?? '')?.title}
            onAgain={() => sending.mutate(mail.id)}
          />
        ))}
      </ul>
      {sending.error ? <Problem error={sending.error} /> : null}
    </>
  )
}

function SentMail({ mail, course, onAgain }: { mail: OwnMail; course: string | undefined; onAgain: () => void }) {
  const { words, language } = useLanguage()
  const { template, state, createdAt, maySendAgain } = mail
  const kinds: Record<string, string> = words.mailKinds
  const name = [kinds[template] ?? words.mailOther, course].filter(Boolean).join(': ')
  const sent = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(createdAt),
  )
  return (
    <li>
      <div>
        <p>{name}</p>
        <p className="hint">
          {sent} · {words.mailStates[state]}
        </p>
      </div>
      {maySendAgain ? (
        <button type="button" className="link" aria-label={words.mailAgainOf(name)} onClick={onAgain}>
          {words.mailAgain}
        </button>
      ) : null}
    </li>
  )
}
