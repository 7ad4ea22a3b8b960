import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { signedIn } from '../session.ts'
import { accounts, dataOf } from './api.ts'
import { Field, Form } from './form.tsx'
import { intent } from './intent.ts'
import { knownAddress } from './known-address.ts'
import { useTitle } from './parts.tsx'
import { useWords } from './words.tsx'

const route = getRouteApi('/sign-in')

export function SignIn() {
  const words = useWords()
  const { next, ended } = route.useSearch()
  const navigate = useNavigate()
  const queries = useQueryClient()
  useTitle(words.signIn)
  function enter(answer: { token: string; expiresIn: number }) {
    // Whoever was signed in before may be somebody else.
    queries.clear()
    signedIn(answer)
    void navigate({ href: next ?? '/', replace: true })
  }
  return (
    <section className="narrow">
      <h1>{words.signIn}</h1>
      <p className="lead">{ended ? words.signInEnded : intent.get() ? words.signInWanted : words.signInIntro}</p>
      <Form
        send={({ email = '', password = '' }) => dataOf(accounts.POST('/auth/signin', { body: { email, password } }))}
        onSent={enter}
        button={words.signIn}
      >
        <Field name="email" kind="email" type="email" autoComplete="username" defaultValue={knownAddress.get()} />
        <Field name="password" kind="password" type="password" autoComplete="current-password" />
      </Form>
      <p className="hint">
        <Link to="/reset">{words.forgotten}</Link>
      </p>
      <p className="hint">
        {words.noAccount} <Link to="/sign-up">{words.signUp}</Link>
      </p>
    </section>
  )
}
