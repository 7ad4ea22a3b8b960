/** @jsxImportSource preact */
import { Fragment } from 'preact'
import type { Assets } from '../pages/assets.ts'
import { nameLanguage, readable } from './content.ts'
import { renderDocument, written } from './document.tsx'
import { coursePath, type ListQuery, listAlternates, listPath, newsPath } from './links.ts'
import { CallToAction, Said, SearchForm, Thread } from './parts.tsx'
import { describeList } from './structured-data.ts'
import type { Entry, Site } from './types.ts'
import { wire } from './wire.ts'
import { getWords, isIn, type Language, languages, type Words } from './wording.ts'

interface Catalogue {
  language: Language
  items: Entry[]
  query: ListQuery
  nextCursor: string | null
  site: Site
  assets: Assets
}

/** How many target groups a list offers to choose from, and how many of an entry it names. */
const MAX_CHOICES = 12
const MAX_GROUPS = 3

/** Renders a page of a list. What is searched for is in its address, so that it can be kept and sent to others. */
export function renderCatalogue({ language, items, query, nextCursor, site, assets }: Catalogue): string {
  const words = getWords(language)
  const { cursor, ...filter } = query
  const isFiltered = Boolean(filter.q || filter.targetGroup)
  const page = {
    site,
    assets,
    language,
    title: titleOf(query, words),
    description: words.listDescription(site.name),
    // A cursor is good for a while only, and what comes later is in the sitemap.
    canonical: site.origin + listPath(language, filter),
    isHidden: isFiltered,
    alternates: isFiltered
      ? []
      : listAlternates(languages.map((one) => ({ language: one, url: site.origin + listPath(one) }))),
    data:
      isFiltered || items.length === 0 ? [] : [describeList(items.map(({ slug }) => site.origin + coursePath(slug)))],
    isList: true,
    others: languages.filter((one) => one !== language).map((one) => ({ language: one, path: listPath(one) })),
  }
  return renderDocument(
    page,
    <main id="content" className="catalogue">
      <h1 dir="auto">{titleOf({ q: query.q }, words)}</h1>
      <SearchForm language={language} words={words} query={query} />
      <Choices language={language} words={words} items={items} query={query} />
      {items.length > 0 ? (
        <ul className="rows">
          {items.map((entry, index) => (
            <Row key={entry.slug} entry={entry} id={`course-${index}`} language={language} words={words} />
          ))}
        </ul>
      ) : (
        <Nothing language={language} words={words} isFiltered={isFiltered} />
      )}
      {query.targetGroup ? (
        <p className="news">
          <a href={newsPath(query.targetGroup)} dir="auto">
            {words.news(readable(query.targetGroup))}
          </a>
        </p>
      ) : null}
      {nextCursor !== null || cursor ? (
        <nav className="paging" aria-label={words.allCourses}>
          {cursor ? <a href={listPath(language, filter)}>{words.firstPage}</a> : null}
          {nextCursor === null ? null : (
            <a className="button quiet" rel="next" href={listPath(language, { ...filter, cursor: nextCursor })}>
              {words.nextPage}
            </a>
          )}
        </nav>
      ) : null}
      <Said words={words} />
    </main>,
  )
}

function titleOf({ q, targetGroup }: ListQuery, words: Words): string {
  const title = q ? words.results(q) : words.listTitle
  return targetGroup ? `${title} · ${readable(targetGroup)}` : title
}

/** The target groups of the courses that are shown, the most frequent first. The chosen one leads back to all. */
function Choices(props: { language: Language; words: Words; items: Entry[]; query: ListQuery }) {
  const { language, words, items, query } = props
  const { q, targetGroup: chosen } = query
  const counts = new Map<string, number>(chosen ? [[chosen, Infinity]] : [])
  for (const targetGroup of items.flatMap((entry) => entry.targetGroup)) {
    counts.set(targetGroup, (counts.get(targetGroup) ?? 0) + 1)
  }
  if (counts.size === 0) return null
  const groups = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_CHOICES)
  return (
    <nav className="choices" aria-label={words.audience}>
      <ul className="groups">
        {groups.map(([targetGroup]) => (
          <li key={targetGroup}>
            {targetGroup === chosen ? (
              <a href={listPath(language, { q })} aria-current="true" dir="auto">
                {readable(targetGroup)} <span aria-hidden="true">×</span>
                <span className="unseen">{words.allAudiences}</span>
              </a>
            ) : (
              <a href={listPath(language, { q, targetGroup })} dir="auto">
                {readable(targetGroup)}
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Row({ entry, id, language, words }: { entry: Entry; id: string; language: Language; words: Words }) {
  const text = written(entry.language)
  const lessons = entry.totalLessons ?? 0
  const facts = [
    lessons > 0 ? words.lessons(lessons) : '',
    isIn(language, entry.language) ? '' : nameLanguage(entry.language, language),
    entry.targetGroup.slice(0, MAX_GROUPS).map(readable).join(', '),
  ].filter((fact) => fact !== '')
  const small = wire(lessons, Infinity, 12, 12, 6)
  return (
    <li className="row">
      <div className="row-name">
        <h2 id={id} {...text}>
          <a href={coursePath(entry.slug)}>{entry.title}</a>
        </h2>
        {entry.seo.metaDescription ? <p {...text}>{entry.seo.metaDescription}</p> : null}
        <p className="row-facts">
          {facts.map((fact, index) => (
            <Fragment key={fact}>
              {index > 0 ? ' · ' : null}
              <bdi>{fact}</bdi>
            </Fragment>
          ))}
        </p>
      </div>
      {lessons > 0 ? (
        <svg
          className="mini"
          viewBox={`0 0 ${small.width} ${small.height}`}
          preserveAspectRatio="xMinYMid meet"
          aria-hidden="true"
        >
          <Thread beads={small.beads} path={small.path} radius={4} endRadius={4} />
        </svg>
      ) : null}
      <CallToAction entry={entry} words={words} className="button quiet" describedBy={id} />
    </li>
  )
}

function Nothing({ language, words, isFiltered }: { language: Language; words: Words; isFiltered: boolean }) {
  return (
    <section className="state">
      <h2>{isFiltered ? words.nothingFound : words.nothingYet}</h2>
      <p>{isFiltered ? words.nothingFoundHint : words.nothingYetHint}</p>
      {isFiltered ? (
        <a className="button" href={listPath(language)}>
          {words.allCourses}
        </a>
      ) : (
        languages
          .filter((one) => one !== language)
          .map((one) => (
            <a key={one} className="button" href={listPath(one)} hrefLang={one} lang={one}>
              {getWords(one).list}
            </a>
          ))
      )}
    </section>
  )
}
