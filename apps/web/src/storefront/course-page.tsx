/** @jsxImportSource preact */
import type { Assets } from '../pages/assets.ts'
import { nameLanguage, readable, splitDescription, writeDate, writeDuration } from './content.ts'
import { renderDocument, written } from './document.tsx'
import { coursePath, feedPath, listAlternates, listPath } from './links.ts'
import { CallToAction, Said, Thread } from './parts.tsx'
import { describeCourse, describeTrail } from './structured-data.ts'
import type { Course, Entry, Related, Site } from './types.ts'
import { wire } from './wire.ts'
import { chooseLanguage, getWords, type Language, type Words } from './wording.ts'

/** How many target groups of a variant are named. */
const MAX_GROUPS = 3
/** How large a path is drawn where there is room. */
const SCALE = 1.25
/** Longer ones would push everything else off the first screen. */
const LONG_TITLE = 80

/** `recommended` are other courses that learners of this one also chose. */
export function renderCourse(given: { course: Course; recommended: Entry[]; site: Site; assets: Assets }): string {
  const { course, recommended, site, assets } = given
  const { canonicalUrl, language, seo, title } = course
  const words = getWords(chooseLanguage(language))
  const list = listPath(chooseLanguage(language))
  // A page that names another as the real one is nobody's translation.
  const isItself = new URL(canonicalUrl).pathname === coursePath(course.slug)
  const pages = [{ language, url: canonicalUrl }, ...course.alternatives]
  const page = {
    site,
    assets,
    language,
    title: seo.metaTitle || title,
    description: seo.metaDescription || title,
    canonical: canonicalUrl,
    isHidden: seo.noindex,
    image: seo.ogImage,
    alternates: isItself && !seo.noindex ? listAlternates(pages) : [],
    feed: feedPath(course.slug),
    data: [
      describeCourse(course, site),
      describeTrail([
        { name: words.courses, url: site.origin + list },
        { name: title, url: canonicalUrl },
      ]),
    ],
  }
  return renderDocument(page, <CoursePage course={course} recommended={recommended} words={words} />)
}

function CoursePage({ course, recommended, words }: { course: Course; recommended: Entry[]; words: Words }) {
  const language = chooseLanguage(course.language)
  const text = written(course.language)
  const { lead, paragraphs } = splitDescription(course.description)
  const lessons = course.totalLessons ?? 0
  return (
    <main id="content" className="course" data-view={course.slug} data-cta={course.cta.type}>
      <nav aria-label={words.breadcrumb} className="trail">
        <ol>
          <li>
            <a href={listPath(language)}>{words.courses}</a>
          </li>
          <li>
            <span aria-current="page" {...text}>
              {course.title}
            </span>
          </li>
        </ol>
      </nav>
      <header className="hero">
        <div>
          <h1 className={course.title.length > LONG_TITLE ? 'long' : undefined} {...text}>
            {course.title}
          </h1>
          {lead === '' ? null : (
            <p className="lead" {...text}>
              {lead}
            </p>
          )}
          <div className="act">
            <CallToAction entry={course} words={words} />
            {course.cta.url === undefined ? <p className="hint">{words.needsAccount}</p> : null}
          </div>
        </div>
        {lessons > 1 ? <Path lessons={lessons} words={words} /> : null}
      </header>
      <div className="body">
        <About course={course} paragraphs={paragraphs} words={words} />
        <Facts course={course} language={language} words={words} />
      </div>
      <Others id="variants" title={words.variants} courses={course.variants} />
      <Others id="also-chosen" title={words.alsoChosen} courses={recommended} />
      <div className="stick">
        <CallToAction entry={course} words={words} />
      </div>
      <Said words={words} />
    </main>
  )
}

function About({ course, paragraphs, words }: { course: Course; paragraphs: string[]; words: Words }) {
  const { targetGroup: groups, language } = course
  if (paragraphs.length + groups.length === 0) return null
  return (
    <article className="about">
      {paragraphs.length > 0 ? <h2>{words.about}</h2> : null}
      {paragraphs.map((paragraph, index) => (
        <p key={index} {...written(language)}>
          {paragraph}
        </p>
      ))}
      {groups.length > 0 ? (
        <>
          <h2>{words.audience}</h2>
          <ul className="groups" {...written(language)}>
            {groups.map((targetGroup) => (
              <li key={targetGroup}>
                <a href={listPath(chooseLanguage(language), { targetGroup })}>{readable(targetGroup)}</a>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </article>
  )
}

function Path({ lessons, words }: { lessons: number; words: Words }) {
  const { beads, path, width, height } = wire(lessons, lessons > 30 ? 8 : 6, 56, 56, 28)
  const [first, last] = [beads[0], beads.at(-1)]
  return (
    <svg
      className="path"
      width={width * SCALE}
      viewBox={`0 0 ${width} ${height + 18}`}
      role="img"
      aria-label={words.path(lessons)}
    >
      <Thread beads={beads} path={path} radius={6} endRadius={9} />
      {first && last ? (
        <>
          <text x={first.x} y={first.y - 18} textAnchor="middle">
            {words.start}
          </text>
          <text x={last.x} y={last.y + 30} textAnchor="middle">
            {words.finish}
          </text>
        </>
      ) : null}
    </svg>
  )
}

function Facts({ course, language, words }: { course: Course; language: Language; words: Words }) {
  const { totalLessons, workload, startsAt, version, alternatives } = course
  const facts: [string, string | null][] = [
    [words.extent, totalLessons ? words.lessons(totalLessons) : null],
    [words.workload, workload && writeDuration(workload, language)],
    [words.begins, startsAt === null ? words.anyTime : writeDate(startsAt, language)],
    [words.language, nameLanguage(course.language, language)],
    [words.edition, version.replace(/^v/, '')],
  ]
  return (
    <aside className="facts" aria-labelledby="glance">
      <h2 id="glance">{words.glance}</h2>
      <dl>
        {facts.map(([name, fact]) =>
          fact ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {alternatives.map(({ slug, title, language: other }) => (
        <p className="also" key={slug}>
          {words.alsoIn(nameLanguage(other, language))}{' '}
          <a href={coursePath(slug)} hrefLang={other} {...written(other)}>
            {title}
          </a>
        </p>
      ))}
      <p className="also">
        <a href={feedPath(course.slug)} type="application/atom+xml">
          {words.changes}
        </a>
      </p>
    </aside>
  )
}

function Others({
  id,
  title,
  courses,
}: {
  id: string
  title: string
  courses: Pick<Related, keyof Entry & keyof Related>[]
}) {
  if (courses.length === 0) return null
  return (
    <section className="others" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {courses.map(({ slug, title, language, targetGroup }) => (
          <li key={slug}>
            <a href={coursePath(slug)} {...written(language)}>
              {targetGroup.length > 0 ? (
                <span className="for">{targetGroup.slice(0, MAX_GROUPS).map(readable).join(', ')}</span>
              ) : null}
              <span className="name">{title}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
