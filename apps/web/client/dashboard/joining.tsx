import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { endSession, onSession, signOut } from '../session.ts'
import { hasSession } from '../storage.ts'
import { accounts, dataOf } from './api.ts'
import { Field, Form } from './form.tsx'
import { intent } from './intent.ts'
import { knownAddress } from './known-address.ts'
import { getMailToken, onMailToken } from './mail-link.ts'
import { notify } from './notices.tsx'
import { Motif, Problem, State, useTitle } from './parts.tsx'
import { isLinkInvalid } from './problems.ts'
import { useLanguage, useWords } from './words.tsx'

/** The token of the mailed link that has led here. */
export const useMailToken = () => useSyncExternalStore(onMailToken, getMailToken)

export function SignUp() {
  const { words, language: locale } = useLanguage()
  const navigate = useNavigate()
  const [isSent, setIsSent] = useState(false)
  useTitle(isSent ? words.inbox : words.signUp)
  // Somebody has signed in meanwhile, in the tab that the mail opened.
  useEffect(() => onSession((isSignedIn) => void (isSignedIn && navigate({ to: '/' }))), [navigate])
  if (isSent)
    return <Inbox text={intent.get() ? words.inboxWanted : words.inboxSignUp} onAgain={() => setIsSent(false)} />
  async function send({ name = '', email = '', password = '' }: Record<string, string>) {
    const courseId = intent.get()
    const body = { name, email, password, locale, ...(courseId && { pendingEnrollmentCourseId: courseId }) }
    await accounts.POST('/auth/signup', { body })
  }
  return (
    <section className="narrow">
      <h1>{words.signUp}</h1>
      <p className="lead">{intent.get() ? words.signUpWanted : words.signUpIntro}</p>
      <Form send={send} onSent={() => setIsSent(true)} button={words.signUp}>
        <Field name="name" kind="name" autoComplete="name" />
        <Field name="email" kind="email" type="email" autoComplete="username" />
        <NewPassword name="password" />
      </Form>
      <p className="hint">
        {words.haveAccount} <Link to="/sign-in">{words.signIn}</Link>
      </p>
    </section>
  )
}

function NewPassword({ name }: { name: string }) {
  const words = useWords()
  return (
    <Field
      name={name}
      kind="newPassword"
      type="password"
      autoComplete="new-password"
      minLength={8}
      hint={words.passwordHint}
    />
  )
}

export function Inbox({ text, onAgain }: { text: string; onAgain: () => void }) {
  const words = useWords()
  return (
    <section className="narrow">
      <h1>{words.inbox}</h1>
      <p className="lead" role="status">
        {text}
      </p>
      <p className="hint">
        {words.inboxNothing}{' '}
        <button type="button" className="link" onClick={onAgain}>
          {words.inboxAgain}
        </button>
        .
      </p>
    </section>
  )
}

/** The link of a mail that confirms an address. A click uses it, not the opening: mail scanners open links. */
export function Verify() {
  const words = useWords()
  const navigate = useNavigate()
  const token = useMailToken()
  useTitle(words.confirm)
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: { token: string }) => dataOf(accounts.POST('/auth/verify-email', { body })),
    onSuccess: ({ email, pendingEnrollmentCourseId }) => {
      if (pendingEnrollmentCourseId !== null) intent.keep(pendingEnrollmentCourseId)
      if (hasSession()) {
        notify(({ addressChanged }) => addressChanged(email), { onNextPage: true })
        return navigate({ to: '/account', replace: true })
      }
      knownAddress.keep(email)
      notify(({ confirmDone }) => confirmDone, { onNextPage: true })
      return navigate({ to: '/sign-in', search: {}, replace: true })
    },
  })
  if (token === null) return <State title={words.linkMissing} text={words.linkMissingWhat} />
  if (isLinkInvalid(error))
    return (
      <LinkOver>
        <p>{words.linkOverSignUp}</p>
        <Link className="button" to="/sign-up">
          {words.signUp}
        </Link>
        <Link to="/sign-in">{words.signIn}</Link>
      </LinkOver>
    )
  return (
    <section className="narrow">
      <h1>{words.confirm}</h1>
      <p className="lead">{words.confirmIntro}</p>
      <div className="form">
        {error ? <Problem error={error} /> : null}
        <button
          type="button"
          className="button"
          aria-disabled={isPending}
          onClick={() => {
            if (!isPending) mutate({ token })
          }}
        >
          {words.confirm}
        </button>
      </div>
    </section>
  )
}

export function LinkOver({ children }: { children?: ReactNode }) {
  const words = useWords()
  return (
    <section className="state" role="alert">
      <Motif />
      <h1>{words.linkOver}</h1>
      <p>{words.problems['link.invalid']}</p>
      {children}
    </section>
  )
}

/** Asks for a mail with a link to choose another password. */
export function Reset() {
  const words = useWords()
  const [isSent, setIsSent] = useState(false)
  useTitle(isSent ? words.inbox : words.reset)
  if (isSent) return <Inbox text={words.inboxReset} onAgain={() => setIsSent(false)} />
  return (
    <section className="narrow">
      <h1>{words.reset}</h1>
      <p className="lead">{words.resetIntro}</p>
      <Form
        send={({ email = '' }) => accounts.POST('/auth/password-reset', { body: { email } })}
        onSent={() => setIsSent(true)}
        button={words.resetSend}
      >
        <Field name="email" kind="email" type="email" autoComplete="username" />
      </Form>
      <p className="hint">
        <Link to="/sign-in">{words.signIn}</Link>
      </p>
    </section>
  )
}

/** The link of a mail that was asked for with a lost password. */
export function ChoosePassword() {
  const words = useWords()
  const navigate = useNavigate()
  const token = useMailToken()
  const [isOver, setIsOver] = useState(false)
  useTitle(words.reset)
  if (token === null) return <State title={words.linkMissing} text={words.linkMissingWhat} />
  if (isOver)
    return (
      <LinkOver>
        <Link className="button" to="/reset">
          {words.resetAgain}
        </Link>
      </LinkOver>
    )
  return (
    <section className="narrow">
      <h1>{words.reset}</h1>
      <Form
        send={async ({ password = '' }) => {
          await accounts.POST('/auth/password-reset/confirm', { body: { token, password } }).catch((error: unknown) => {
            if (isLinkInvalid(error)) setIsOver(true)
            throw error
          })
        }}
        onSent={async () => {
          // A new password ends the sessions of its account, and this browser may be signed in to another one.
          await signOut().catch(endSession)
          notify(({ resetDone }) => resetDone, { onNextPage: true })
          void navigate({ to: '/sign-in', search: {}, replace: true })
        }}
        button={words.resetSave}
      >
        <NewPassword name="password" />
      </Form>
    </section>
  )
}
