import type { Account as AccountRecord } from '@coursewire/api-client/enrollment-api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useId } from 'react'
import { endSession } from '../session.ts'
import { dataOf, enrollment } from './api.ts'
import { Devices } from './devices.tsx'
import { Field, Form } from './form.tsx'
import { intent } from './intent.ts'
import { closestLanguage } from './language.ts'
import { SentMails } from './mails.tsx'
import { notify } from './notices.tsx'
import { Dialog, Failed, Loading, Problem, useTitle } from './parts.tsx'
import { useLanguage, useWords } from './words.tsx'

const key = ['account']

export function Account() {
  const words = useWords()
  useTitle(words.account)
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: () => dataOf(enrollment.GET('/api/me')) })
  if (error && !data) return <Failed title={words.oops} error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <div className="account">
      <h1>{words.account}</h1>
      <p className="lead">{words.accountIntro(data.email)}</p>
      <Section title={words.you}>
        <Profile account={data} />
      </Section>
      <Section title={words.address} text={words.addressWhat}>
        <Address />
      </Section>
      <Section title={words.password} text={words.passwordWhat}>
        <Password email={data.email} />
      </Section>
      <Section title={words.mails} text={words.mailsWhat}>
        <Mails account={data} />
      </Section>
      <Section title={words.mailsSent} text={words.mailsSentWhat}>
        <SentMails />
      </Section>
      <Section title={words.devices}>
        <Devices />
      </Section>
      <Section title={words.data} text={words.dataWhat}>
        <Export />
      </Section>
      <Section title={words.erase} text={words.eraseWhat}>
        <Erase email={data.email} />
      </Section>
    </div>
  )
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="part" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        {text ? <p className="hint">{text}</p> : null}
      </div>
      <div>{children}</div>
    </section>
  )
}

function Profile({ account }: { account: AccountRecord }) {
  const { words, language, setLanguage } = useLanguage()
  const queries = useQueryClient()
  const id = useId()
  const locales = [...new Set(['en', 'de', account.locale])]
  const names = new Intl.DisplayNames(language, { type: 'language' })
  return (
    <Form
      send={({ name = '', locale = '' }) => dataOf(enrollment.PATCH('/api/me', { body: { name, locale } }))}
      onSent={(saved) => {
        queries.setQueryData(key, saved)
        if (saved.locale !== account.locale) setLanguage(closestLanguage(saved.locale))
        notify((said) => said.saved)
      }}
      button={words.save}
    >
      <Field name="name" kind="name" autoComplete="name" defaultValue={account.name} />
      <div className="field">
        <label htmlFor={id}>{words.language}</label>
        <select id={id} name="locale" className="input" defaultValue={account.locale}>
          {locales.map((locale) => (
            <option key={locale} value={locale}>
              {names.of(locale) ?? locale}
            </option>
          ))}
        </select>
      </div>
    </Form>
  )
}

function Mails({ account }: { account: AccountRecord }) {
  const words = useWords()
  const queries = useQueryClient()
  return (
    <Form
      send={({ courseNews, courseChanges }) => {
        const body = { courseNews: courseNews !== undefined, courseChanges: courseChanges !== undefined }
        return dataOf(enrollment.PATCH('/api/me', { body }))
      }}
      onSent={(saved) => {
        queries.setQueryData(key, saved)
        notify((said) => said.saved)
      }}
      button={words.save}
    >
      <div className="choices">
        {(['courseNews', 'courseChanges'] as const).map((name) => (
          <label key={name}>
            <input type="checkbox" name={name} defaultChecked={account[name]} />
            {words[name]}
          </label>
        ))}
      </div>
    </Form>
  )
}

function Address() {
  const words = useWords()
  return (
    <Form
      send={async ({ email = '', currentPassword = '' }) => {
        await enrollment.PATCH('/api/me', { body: { email, currentPassword } })
        return email
      }}
      onSent={(email, form) => {
        form.reset()
        notify(({ addressSent }) => addressSent(email))
      }}
      button={words.addressSend}
      passwordField="currentPassword"
    >
      <Field name="email" kind="newEmail" type="email" autoComplete="email" />
      <CurrentPassword name="currentPassword" />
    </Form>
  )
}

function CurrentPassword({ name }: { name: string }) {
  return <Field name={name} kind="currentPassword" type="password" autoComplete="current-password" />
}

/** Tells password managers whose password it is. */
const Username = ({ email }: { email: string }) => <input hidden autoComplete="username" defaultValue={email} />

function Password({ email }: { email: string }) {
  const words = useWords()
  const queries = useQueryClient()
  return (
    <Form
      send={({ currentPassword = '', newPassword = '' }) =>
        enrollment.POST('/api/me/password', { body: { currentPassword, newPassword } })
      }
      onSent={(_, form) => {
        form.reset()
        notify(({ passwordSaved }) => passwordSaved)
        void queries.invalidateQueries({ queryKey: ['sessions'] })
      }}
      button={words.passwordSave}
      passwordField="currentPassword"
    >
      <Username email={email} />
      <CurrentPassword name="currentPassword" />
      <Field
        name="newPassword"
        kind="newPassword"
        type="password"
        autoComplete="new-password"
        minLength={8}
        hint={words.passwordHint}
      />
    </Form>
  )
}

function Export() {
  const words = useWords()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => dataOf(enrollment.GET('/api/me/export')),
    onSuccess: (data) => {
      download(`coursewire-${data.exportedAt.slice(0, 10)}.json`, JSON.stringify(data, null, 2))
      notify(({ dataDone }) => dataDone)
    },
  })
  return (
    <div className="form">
      {error ? <Problem error={error} /> : null}
      <button
        type="button"
        className="button quiet"
        aria-disabled={isPending}
        onClick={() => {
          if (!isPending) mutate()
        }}
      >
        {words.dataGet}
      </button>
    </div>
  )
}

function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

function Erase({ email }: { email: string }) {
  const words = useWords()
  const navigate = useNavigate()
  return (
    <Dialog
      title={words.eraseSure}
      opener={(open) => (
        <div className="form">
          <button type="button" className="button quiet danger" onClick={open}>
            {words.erase}
          </button>
        </div>
      )}
    >
      {(close) => (
        <Form
          className="form in-dialog"
          send={({ password = '' }) => enrollment.DELETE('/api/me', { body: { password } })}
          onSent={() => {
            intent.drop()
            notify(({ erased }) => erased, { onNextPage: true })
            endSession()
            void navigate({ to: '/sign-in', search: {}, replace: true })
          }}
          button={words.eraseYes}
          other={
            <button type="button" className="button quiet" onClick={close}>
              {words.cancel}
            </button>
          }
          passwordField="password"
        >
          <p className="hint">{words.eraseWhat}</p>
          <Username email={email} />
          <CurrentPassword name="password" />
        </Form>
      )}
    </Dialog>
  )
}
