/** @jsxImportSource preact */
import { canonicalizeLanguage } from '@coursewire/events'
import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Assets } from '../pages/assets.ts'
import { type Alternate, listPath } from './links.ts'
import { type StructuredData, writeJson } from './structured-data.ts'
import type { Site } from './types.ts'
import { chooseLanguage, getWords, type Language, languages } from './wording.ts'

export interface Page {
  site: Site
  assets: Assets
  /** The language of the title and the content. The words around them are in the nearest one that we have. */
  language: string
  title: string
  description: string
  canonical?: string | undefined
  isHidden?: boolean | undefined
  image?: string | undefined
  alternates?: Alternate[]
  /** The path of what is new here, as an Atom feed. */
  feed?: string
  data?: StructuredData[]
  /** Whether this is the list that the header leads to. */
  isList?: boolean
  /** Where the same is in other languages. */
  others?: { language: Language; path: string }[]
}

/** The attributes of an element with a text from the catalogue, which may be in another language and direction than the words around it. */
export const written = (language: string) => ({ lang: canonicalizeLanguage(language) ?? '', dir: 'auto' as const })

/** Names a language in itself. */
const ownNames: Record<Language, string> = { de: 'Deutsch', en: 'English' }

/** Renders a whole page. It has no inline script or style, so that the same bytes and the same policy are for everybody. */
export function renderDocument(page: Page, content: ComponentChildren): string {
  return `<!doctype html>${renderToString(<Document page={page}>{content}</Document>)}`
}

function Document({ page, children }: { page: Page; children: ComponentChildren }) {
  const language = chooseLanguage(page.language)
  const { lang } = written(page.language)
  return (
    <html lang={lang}>
      <Head page={page} />
      <body lang={lang === language ? undefined : language}>
        <Header page={page} language={language} />
        {children}
        <Footer language={language} />
      </body>
    </html>
  )
}

/** Browsers that know this paint nothing before the content is there. Otherwise a header of which a part has arrived would move. */
const paintAtOnce = { rel: 'expect', href: '#content', blocking: 'render' }

function Head({ page }: { page: Page }) {
  const { site, assets, canonical, alternates = [], feed, data = [] } = page
  const title = `${page.title} · ${site.name}`
  const locale = toLocale(page.language)
  return (
    <head>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title}</title>
      <meta name="description" content={page.description} />
      {page.isHidden ? <meta name="robots" content="noindex" /> : null}
      {canonical ? <link rel="canonical" href={canonical} /> : null}
      {alternates.map(({ language, url }) => (
        <link key={language} rel="alternate" hrefLang={language} href={url} />
      ))}
      {feed === undefined ? null : <link rel="alternate" type="application/atom+xml" href={feed} />}
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content={site.name} />
      <meta property="og:title" content={page.title} />
      <meta property="og:description" content={page.description} />
      {canonical ? <meta property="og:url" content={canonical} /> : null}
      {locale ? <meta property="og:locale" content={locale} /> : null}
      {page.image ? <meta property="og:image" content={page.image} /> : null}
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f5f4" />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#111614" />
      <link {...paintAtOnce} />
      <script src={assets.boot} />
      <link rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={assets.font} />
      <link rel="icon" href={assets.icon} />
      <link rel="stylesheet" href={assets.css} />
      <script type="module" src={assets.script} data-enrolling={assets.enrolling} async />
      {data.map((one, index) => (
        <script key={index} type="application/ld+json" dangerouslySetInnerHTML={{ __html: writeJson(one) }} />
      ))}
    </head>
  )
}

/** OpenGraph's form of a language: `de_AT` for `de-AT`, `de_DE` for `de`. */
function toLocale(language: string): string | null {
  const tag = canonicalizeLanguage(language)
  if (tag === null) return null
  const { language: primary, region } = new Intl.Locale(tag).maximize()
  return region ? `${primary}_${region}` : null
}

function Header({ page: { site, isList, others = [] }, language }: { page: Page; language: Language }) {
  const words = getWords(language)
  const list = listPath(language)
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="top">
        <a className="brand" href={list}>
          <svg viewBox="0 0 44 20" aria-hidden="true">
            <path d="M4 10H40" />
            <circle cx="6" cy="10" r="4" />
            <circle cx="22" cy="10" r="4" />
            <circle cx="38" cy="10" r="4" />
          </svg>
          {site.name}
        </a>
        <nav aria-label={site.name}>
          <a href={list} aria-current={isList ? 'page' : undefined}>
            {words.courses}
          </a>
          <a className="when-in" href="/app">
            {words.myCourses}
          </a>
          <a className="when-out" href="/app/sign-in">
            {words.signIn}
          </a>
          {others.map(({ language, path }) => (
            <a key={language} href={path} hrefLang={language} lang={language}>
              {ownNames[language]}
            </a>
          ))}
        </nav>
        <button type="button" className="theme" data-theme-toggle="" aria-label={words.theme}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <circle cx="10" cy="10" r="7" />
            <path d="M10 3a7 7 0 0 1 0 14z" />
          </svg>
        </button>
      </header>
    </>
  )
}

function Footer({ language }: { language: Language }) {
  return (
    <footer className="foot">
      <p>{getWords(language).tagline}</p>
      <nav aria-label={getWords(language).allCourses}>
        {languages.map((one) => (
          <a key={one} href={listPath(one)} hrefLang={one} lang={one}>
            {getWords(one).list}
          </a>
        ))}
      </nav>
    </footer>
  )
}
