import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type SubmitEvent, useState } from 'react'
import { signedIn } from '../session.ts'
import { enrollment } from './api.ts'
import { Field } from './parts.tsx'
import { useWords } from './words.tsx'

const route = getRouteApi('/sign-in')

export function SignIn() {
  const w = useWords()
  const { next } = route.useSearch()
  const navigate = useNavigate()
  const enter = useMutation({
    mutationFn: async (body: { email: string; password: string }) =>
      (await enrollment.POST('/auth/signin', { body })).data,
    onSuccess: (answer) => {
      if (answer) {
        signedIn(answer)
        void navigate({ href: next ?? '/app', replace: true })
      }
    },
  })
  const [missing, setMissing] = useState<{ email?: string; password?: string }>({})
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const { email, password } = Object.fromEntries(new FormData(form)) as { email: string; password: string }
    const lacking = {
      ...(form.email.validity.valid ? {} : { email: w.emailMissing }),
      ...(password ? {} : { password: w.passwordMissing }),
    }
    setMissing(lacking)
    if (Object.keys(lacking).length === 0) enter.mutate({ email, password })
    else form.querySelector<HTMLInputElement>('email' in lacking ? '[name=email]' : '[name=password]')?.focus()
  }
  return (
    <section className="narrow">
      <h1>{w.signIn}</h1>
      <p className="lead">{w.intro}</p>
      <form className="form" noValidate onSubmit={submit}>
        {enter.isError ? (
          <p className="error" role="alert">
            {w.wrong}
          </p>
        ) : null}
        <Field name="email" type="email" label={w.email} autoComplete="username" error={missing.email} />
        <Field
          name="password"
          type="password"
          label={w.password}
          autoComplete="current-password"
          error={missing.password}
        />
        <button className="button" type="submit" aria-disabled={enter.isPending}>
          {w.signIn}
        </button>
      </form>
      <p className="hint">
        {w.toSignUp} <Link to="/sign-up">{w.signUp}</Link>
      </p>
    </section>
  )
}
