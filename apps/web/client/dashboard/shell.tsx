import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { onSession, signOut } from '../session.ts'
import { Menu } from './parts.tsx'
import { useLanguage, useWords } from './words.tsx'

export function Shell() {
  const w = useWords()
  const { language, setLanguage } = useLanguage()
  const [inside, setInside] = useState(localStorage.getItem('coursewire.in') !== null)
  useEffect(() => onSession(setInside), [])
  const path = useRouterState({ select: (s) => s.location.pathname })
  const main = useRef<HTMLElement>(null)
  const before = useRef(path)
  useEffect(() => {
    if (before.current !== path) main.current?.focus()
    before.current = path
  }, [path])
  const toggle = () => {
    const root = document.documentElement
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    localStorage.setItem('coursewire.theme', (root.dataset.theme = dark ? 'light' : 'dark'))
  }
  return (
    <>
      <a className="skip" href="#content">
        {w.skip}
      </a>
      <header className="top">
        <a className="brand" href={language === 'de' ? '/de' : '/en'}>
          <svg viewBox="0 0 44 20" aria-hidden="true">
            <path d="M4 10H40" />
            <circle cx="6" cy="10" r="4" />
            <circle cx="22" cy="10" r="4" />
            <circle cx="38" cy="10" r="4" />
          </svg>
          Coursewire
        </a>
        <nav aria-label="Coursewire">
          <a href={language === 'de' ? '/de/courses' : '/en/courses'}>{w.courses}</a>
          {inside ? (
            <Link to="/" activeOptions={{ includeSearch: false }}>
              {w.myCourses}
            </Link>
          ) : null}
        </nav>
        <button type="button" className="theme" onClick={toggle} aria-label={w.theme}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <circle cx="10" cy="10" r="7" />
            <path d="M10 3a7 7 0 0 1 0 14z" />
          </svg>
        </button>
        {inside ? (
          <Menu
            label={w.menu}
            icon={
              <>
                <circle cx="10" cy="7" r="3.4" />
                <path className="line" d="M3.5 17c.6-3.2 3.2-5 6.5-5s5.900 1.800 6.500 5" />
              </>
            }
          >
            <button
              type="button"
              onClick={() => setLanguage(language === 'de' ? 'en' : 'de')}
              lang={language === 'de' ? 'en' : 'de'}
            >
              {w.language}
            </button>
            <button type="button" onClick={() => void signOut().then(() => location.assign('/app/sign-in'))}>
              {w.signOut}
            </button>
          </Menu>
        ) : null}
      </header>
      <main id="content" className="dash" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
    </>
  )
}

export function Oops() {
  const w = useWords()
  return (
    <section className="state" role="alert">
      <h1>{w.oops}</h1>
      <button type="button" className="button" onClick={() => location.reload()}>
        {w.again}
      </button>
    </section>
  )
}
