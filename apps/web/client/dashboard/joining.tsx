import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type SubmitEvent, useEffect, useState } from 'react'
import { onSession } from '../session.ts'
import { ApiProblem, enrollment } from './api.ts'
import { Field } from './parts.tsx'
import { useLanguage, useWords } from './words.tsx'

const pending = 'pendingEnrollmentCourseId'
async function post<T>(path: string, body: object): Promise<T> {
  // becomes enrollment.POST once the document has these routes
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-coursewire': '1' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new ApiProblem(await answer.json())
  return answer.json() as Promise<T>
}

export function SignUp() {
  const w = useWords()
  const { language } = useLanguage()
  const navigate = useNavigate()
  useEffect(
    () =>
      onSession((inside) => {
        if (inside) void navigate({ to: '/' })
      }),
    [navigate],
  ) // signed in meanwhile, in the tab the mail opened
  const join = useMutation({
    mutationFn: (b: { email: string; password: string }) =>
      post('/auth/signup', {
        ...b,
        name: b.email,
        locale: language,
        pendingEnrollmentCourseId: sessionStorage.getItem(pending) ?? undefined,
      }),
  })
  const [missing, setMissing] = useState(false)
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget)) as {
      email: string
      password: string
    }
    setMissing(!event.currentTarget.checkValidity())
    if (event.currentTarget.checkValidity()) join.mutate({ email, password })
  }
  if (join.isSuccess)
    return (
      <section className="narrow">
        <h1>{w.inbox}</h1>
        <p className="lead">{w.inboxWhat}</p>
      </section>
    )
  return (
    <section className="narrow">
      <h1>{w.signUp}</h1>
      <form className="form" noValidate onSubmit={submit}>
        <Field
          name="email"
          type="email"
          label={w.email}
          autoComplete="username"
          error={missing ? w.emailMissing : undefined}
        />
        <Field
          name="password"
          type="password"
          label={w.password}
          autoComplete="new-password"
          error={missing ? w.passwordMissing : undefined}
        />
        <button className="button" type="submit" aria-disabled={join.isPending}>
          {w.signUp}
        </button>
      </form>
      <p className="hint">
        <Link to="/sign-in">{w.signIn}</Link>
      </p>
    </section>
  )
}

/** A click, not the mere opening, uses the link up: mail scanners open links. The token is in the fragment, which no server and no log sees. */
export function Verify() {
  const w = useWords()
  const navigate = useNavigate()
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  const confirm = useMutation({
    mutationFn: () =>
      post<{ email: string; pendingEnrollmentCourseId: string | null }>('/auth/verify-email', { token }),
    onSuccess: (a) => {
      if (a.pendingEnrollmentCourseId) sessionStorage.setItem(pending, a.pendingEnrollmentCourseId)
      void navigate({ to: '/sign-in', replace: true })
    },
  })
  return (
    <section className="narrow">
      <h1>{w.confirm}</h1>
      {confirm.isError ? (
        <p className="error" role="alert">
          {w.linkOver}
        </p>
      ) : (
        <p className="lead">{w.confirmWhat}</p>
      )}
      <button type="button" className="button" onClick={() => confirm.mutate()}>
        {w.confirm}
      </button>
    </section>
  )
}

const enroll = getRouteApi('/enroll/$courseId')
/** Where an "Enroll" link leads: enrols who is signed in, remembers it for who is not. */
export function Enroll() {
  const w = useWords()
  const { courseId } = enroll.useParams()
  const navigate = useNavigate()
  useEffect(() => {
    sessionStorage.setItem(pending, courseId)
    void navigate({ to: localStorage.getItem('coursewire.in') ? '/' : '/sign-up', replace: true })
  }, [courseId, navigate])
  return <p role="status">{w.loading}</p>
}
void enrollment
