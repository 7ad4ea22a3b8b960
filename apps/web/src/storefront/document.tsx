import type { ReactNode } from 'react'
import { jsonForHtml } from './structured-data.ts'
import { wordsOf } from './words.ts'

export type Assets = { css: string; script: string; boot: string; font: string }
type Props = {
  assets: Assets
  language: string
  title: string
  description: string
  canonical: string
  noindex: boolean
  image?: string | undefined
  alternates: { language: string; url: string }[]
  data: object[]
  children?: ReactNode
}

export function Document(p: Props) {
  const w = wordsOf(p.language)
  const de = p.language.startsWith('de')
  return (
    <html lang={p.language}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{p.title}</title>
        <meta name="description" content={p.description} />
        {p.noindex ? <meta name="robots" content="noindex" /> : null}
        <link rel="canonical" href={p.canonical} />
        {p.alternates.length > 1
          ? p.alternates.map((a) => <link key={a.url} rel="alternate" hrefLang={a.language} href={a.url} />)
          : null}
        <meta property="og:type" content="website" />
        <meta property="og:site_name" content="Coursewire" />
        <meta property="og:title" content={p.title} />
        <meta property="og:description" content={p.description} />
        <meta property="og:url" content={p.canonical} />
        <meta property="og:locale" content={de ? 'de_DE' : 'en_GB'} />
        {p.image ? <meta property="og:image" content={p.image} /> : null}
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f5f4" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#111614" />
        <script src={p.assets.boot} />
        <link rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={p.assets.font} />
        <link rel="stylesheet" href={p.assets.css} />
        <script type="module" src={p.assets.script} async />
        {p.data.map((d, i) => (
          <script key={i} type="application/ld+json" dangerouslySetInnerHTML={{ __html: jsonForHtml(d) }} />
        ))}
      </head>
      <body>
        <a className="skip" href="#content">
          {w.skip}
        </a>
        <header className="top">
          <a className="brand" href={de ? '/de' : '/en'}>
            <svg viewBox="0 0 44 20" aria-hidden="true">
              <path d="M4 10H40" />
              <circle cx="6" cy="10" r="4" />
              <circle cx="22" cy="10" r="4" />
              <circle cx="38" cy="10" r="4" />
            </svg>
            Coursewire
          </a>
          <nav aria-label={w.courses}>
            <a href={de ? '/de/courses' : '/en/courses'}>{w.courses}</a>
            <a className="when-in" href="/app">
              {w.myCourses}
            </a>
            <a className="when-out" href="/app/sign-in">
              {w.signIn}
            </a>
          </nav>
          <button type="button" className="theme" data-theme-toggle aria-label={w.theme}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <circle cx="10" cy="10" r="7" />
              <path d="M10 3a7 7 0 0 1 0 14z" />
            </svg>
          </button>
        </header>
        {p.children}
        <footer className="foot">
          <p>{w.foot}</p>
          <nav aria-label={w.language}>
            {p.alternates.length > 1
              ? p.alternates.map((a) => (
                  <a key={a.url} href={a.url} hrefLang={a.language} lang={a.language}>
                    {a.language === 'de' ? 'Deutsch' : 'English'}
                  </a>
                ))
              : null}
            <a href="/imprint">{w.imprint}</a>
            <a href="/privacy">{w.privacy}</a>
          </nav>
        </footer>
      </body>
    </html>
  )
}
