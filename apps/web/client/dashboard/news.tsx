import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { accounts, dataOf } from './api.ts'
import { Field, Form } from './form.tsx'
import { Inbox, LinkOver, useMailToken } from './joining.tsx'
import { Problem, State, useTitle } from './parts.tsx'
import { isLinkInvalid } from './problems.ts'
import { useLanguage, useWords } from './words.tsx'

const route = getRouteApi('/news')

/** Asks for news about courses for a target group, without an account. */
export function AskForNews() {
  const { words, language: locale } = useLanguage()
  const { targetGroup } = route.useSearch()
  const [isSent, setIsSent] = useState(false)
  useTitle(isSent ? words.inbox : words.news)
  if (targetGroup === undefined) return <State title={words.lost} text={words.lostWhat} />
  if (isSent) return <Inbox text={words.inboxNews} onAgain={() => setIsSent(false)} />
  return (
    <section className="narrow">
      <h1>{words.news}</h1>
      <p className="lead">{words.newsIntro(targetGroup.replaceAll('_', ' '))}</p>
      <Form
        send={({ email = '' }) =>
          accounts.POST('/api/subscriptions', { body: { email, targetGroups: [targetGroup], locale } })
        }
        onSent={() => setIsSent(true)}
        button={words.newsSend}
      >
        <Field name="email" kind="email" type="email" autoComplete="email" />
      </Form>
    </section>
  )
}

/** The link of a mail that confirms that news are wanted. A click uses it, not the opening: mail scanners open links. */
export function ConfirmNews() {
  const words = useWords()
  const token = useMailToken()
  useTitle(words.newsConfirm)
  if (token === null) return <State title={words.linkMissing} text={words.linkMissingWhat} />
  // Another link that is pasted over this page has an answer of its own.
  return <Confirm key={token} token={token} />
}

function Confirm({ token }: { token: string }) {
  const words = useWords()
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => dataOf(accounts.POST('/api/subscriptions/confirm', { body: { token } })),
  })
  if (data) return <State title={words.newsDone} text={words.newsDoneWhat(data.email)} />
  if (isLinkInvalid(error)) return <LinkOver />
  return (
    <section className="narrow">
      <h1>{words.newsConfirm}</h1>
      <p className="lead">{words.newsConfirmIntro}</p>
      <div className="form">
        {error ? <Problem error={error} /> : null}
        <button
          type="button"
          className="button"
          aria-disabled={isPending}
          onClick={() => {
            if (!isPending) mutate()
          }}
        >
          {words.newsConfirmYes}
        </button>
      </div>
    </section>
  )
}
