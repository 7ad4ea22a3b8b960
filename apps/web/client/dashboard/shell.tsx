import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { onSession, signOut } from '../session.ts'
import { device, hasSession } from '../storage.ts'
import { intent } from './intent.ts'
import { Notices, notify } from './notices.tsx'
import { Failed, Menu, State } from './parts.tsx'
import { explain } from './problems.ts'
import { readRoles } from './roles.ts'
import { useLanguage, useWords } from './words.tsx'

export function Shell() {
  const { words, language } = useLanguage()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const main = useRef<HTMLElement>(null)
  const before = useRef(path)
  useEffect(() => {
    // A screen reader begins to read here, as after the load of a page.
    if (before.current !== path) main.current?.focus()
    before.current = path
  }, [path])
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="top">
        <a className="brand" href={`/${language}/courses`}>
          <svg viewBox="0 0 44 20" aria-hidden="true">
            <path d="M4 10H40" />
            <circle cx="6" cy="10" r="4" />
            <circle cx="22" cy="10" r="4" />
            <circle cx="38" cy="10" r="4" />
          </svg>
          Coursewire
        </a>
        <Navigation />
      </header>
      <main id="content" className="dash" tabIndex={-1} ref={main}>
        <Connection />
        <Notices />
        <Outlet />
      </main>
    </>
  )
}

function Navigation() {
  const { words, language, setLanguage } = useLanguage()
  const isSignedIn = useSyncExternalStore(onSession, hasSession)
  const { data: roles = ['student'] } = useQuery({ queryKey: ['roles'], queryFn: readRoles, enabled: isSignedIn })
  const isEditor = roles.includes('editor') || roles.includes('admin')
  const other = language === 'de' ? 'en' : 'de'
  const switchLanguage = (
    <button type="button" className="link" lang={other} onClick={() => setLanguage(other)}>
      {words.otherLanguage}
    </button>
  )
  return (
    <>
      <nav aria-label="Coursewire">
        <a href={`/${language}/courses`}>{words.courses}</a>
        {isSignedIn && roles.includes('student') ? (
          <Link to="/" activeOptions={{ includeSearch: false }}>
            {words.myCourses}
          </Link>
        ) : null}
      </nav>
      {isSignedIn ? null : switchLanguage}
      <button type="button" className="theme" onClick={switchTheme} aria-label={words.theme}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <circle cx="10" cy="10" r="7" />
          <path d="M10 3a7 7 0 0 1 0 14z" />
        </svg>
      </button>
      {isSignedIn ? (
        <Menu
          label={words.menu}
          icon={
            <>
              <circle cx="10" cy="7" r="3.4" />
              <path className="line" d="M3.5 17c.6-3.2 3.2-5 6.5-5s5.9 1.8 6.5 5" />
            </>
          }
        >
          <Link to="/account">{words.account}</Link>
          {isEditor ? <Link to="/reports">{words.reports}</Link> : null}
          {roles.includes('admin') ? <Link to="/audit">{words.auditLog}</Link> : null}
          {switchLanguage}
          <SignOut />
        </Menu>
      ) : null}
    </>
  )
}

function SignOut() {
  const words = useWords()
  const navigate = useNavigate()
  const queries = useQueryClient()
  async function leave() {
    try {
      await signOut()
      intent.drop()
      queries.clear()
      // Who leaves on purpose is not led back here after the next sign-in.
      await navigate({ to: '/sign-in', search: {}, replace: true })
    } catch (error) {
      notify((said) => explain(error, said), { isBad: true })
    }
  }
  return (
    <button type="button" onClick={() => void leave()}>
      {words.signOut}
    </button>
  )
}

function switchTheme(): void {
  const { dataset } = document.documentElement
  const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  dataset.theme = isDark ? 'light' : 'dark'
  device.set('coursewire.theme', dataset.theme)
}

/** Says that there is no connection, as long as there is none. */
function Connection() {
  const words = useWords()
  const router = useRouter()
  const isOnline = useSyncExternalStore(
    (listener) => {
      for (const name of ['online', 'offline']) addEventListener(name, listener)
      return () => {
        for (const name of ['online', 'offline']) removeEventListener(name, listener)
      }
    },
    () => navigator.onLine,
  )
  useEffect(() => {
    // When the connection is back, what could not be loaded or done is tried again.
    return isOnline ? undefined : () => void router.invalidate()
  }, [isOnline, router])
  return <div role="status">{isOnline ? null : <p className="notice bad">{words.offlineNow}</p>}</div>
}

/** Something has failed that no page expects. */
export function Oops({ error }: { error: unknown }) {
  const words = useWords()
  const router = useRouter()
  return <Failed title={words.oops} error={error} retry={() => void router.invalidate()} />
}

export function Lost() {
  const words = useWords()
  return (
    <State title={words.lost} text={words.lostWhat}>
      <Link className="button" to="/">
        {words.myCourses}
      </Link>
    </State>
  )
}
