import type { Course } from '../mock/courses.ts'
import { type Assets, Document } from './document.tsx'
import { breadcrumbs, courseData } from './structured-data.ts'
import { wire } from './wire.ts'
import { wordsOf } from './words.ts'

const site = { name: 'Coursewire', origin: 'https://courses.example' }

export function CoursePage({ course, assets }: { course: Course; assets: Assets }) {
  const w = wordsOf(course.language)
  const list = course.language === 'de' ? '/de/courses' : '/en/courses'
  const lessons = course.total_lessons ?? 0
  const paragraphs = course.description.split('\n\n')
  const enroll = (place: string) => (
    <a
      className="button enroll"
      href={`/app/enroll/${course.course_id}`}
      data-enroll={course.course_id}
      data-slug={course.slug}
      data-place={place}
      data-continue={w.continue}
    >
      {course.cta.label}
    </a>
  )
  return (
    <Document
      assets={assets}
      language={course.language}
      title={`${course.seo.meta_title} · ${site.name}`}
      description={course.seo.meta_description}
      canonical={course.canonical_url}
      noindex={course.seo.noindex ?? false}
      image={course.seo.og_image}
      alternates={[{ language: course.language, url: course.canonical_url }, ...course.alternatives]}
      data={[
        courseData(course, site),
        breadcrumbs([
          { name: w.home, url: site.origin },
          { name: w.courses, url: site.origin + list },
          { name: course.title, url: course.canonical_url },
        ]),
      ]}
    >
      <main id="content" className="course">
        <nav aria-label={w.trail} className="trail">
          <ol>
            <li>
              <a href={list}>{w.courses}</a>
            </li>
            <li aria-current="page">{course.title}</li>
          </ol>
        </nav>
        <header className="hero">
          <div className="hero-text">
            <h1>{course.title}</h1>
            <p className="lead">{paragraphs[0]}</p>
            <div className="act">
              {enroll('hero')}
              <p className="hint">{w.needsAccount}</p>
            </div>
          </div>
          {lessons > 0 ? <Path lessons={lessons} label={w.beads(lessons)} start={w.start} end={w.end} /> : null}
        </header>
        <div className="body">
          <article className="about">
            <h2>{w.about}</h2>
            {(paragraphs.length > 1 ? paragraphs.slice(1) : paragraphs).map((p) => (
              <p key={p}>{p}</p>
            ))}
            <h2>{w.forWhom}</h2>
            <ul className="groups">
              {course.target_group.map((g) => (
                <li key={g}>
                  <a href={`${list}?target_group=${encodeURIComponent(g)}`}>{g}</a>
                </li>
              ))}
            </ul>
          </article>
          <aside className="facts" aria-labelledby="glance">
            <h2 id="glance">{w.glance}</h2>
            <dl>
              {lessons > 0 ? (
                <div>
                  <dt>{w.extent}</dt>
                  <dd>{w.lessons(lessons)}</dd>
                </div>
              ) : null}
              <div>
                <dt>{w.taughtIn}</dt>
                <dd>{w.names[course.language] ?? course.language}</dd>
              </div>
              <div>
                <dt>{w.pace}</dt>
                <dd>{w.ownPace}</dd>
              </div>
              <div>
                <dt>{w.price}</dt>
                <dd>{w.free}</dd>
              </div>
              <div>
                <dt>{w.edition}</dt>
                <dd>{course.version.replace(/^v/, '')}</dd>
              </div>
            </dl>
            {course.alternatives.map((a) => (
              <p className="also" key={a.slug}>
                {w.also} {w.names[a.language] ?? a.language}:{' '}
                <a href={a.url} hrefLang={a.language} lang={a.language}>
                  {a.title}
                </a>
              </p>
            ))}
          </aside>
        </div>
        {course.variants.length > 0 ? (
          <section className="variants" aria-labelledby="variants">
            <h2 id="variants">{w.variants}</h2>
            <ul>
              {course.variants.map((v) => (
                <li key={v.slug}>
                  <a href={v.url}>
                    <span className="for">{v.target_group.join(', ')}</span>
                    <span className="name">{v.title}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        <div className="stick">{enroll('bar')}</div>
      </main>
    </Document>
  )
}

function Path({ lessons, label, start, end }: { lessons: number; label: string; start: string; end: string }) {
  const { beads, path, width, height } = wire(lessons, lessons > 30 ? 8 : 6, 56, 56, 28)
  const last = beads[beads.length - 1]!
  return (
    <svg className="path" viewBox={`0 0 ${width} ${height + 18}`} role="img" aria-label={label}>
      <path className="thread" d={path} />
      {beads.map((b, i) => (
        <circle
          key={i}
          className={i === 0 ? 'bead first' : i === beads.length - 1 ? 'bead last' : 'bead'}
          cx={b.x}
          cy={b.y}
          r={i === 0 || i === beads.length - 1 ? 9 : 6}
        />
      ))}
      <text x={beads[0]!.x} y={beads[0]!.y - 18} textAnchor="middle">
        {start}
      </text>
      <text x={last.x} y={last.y + 30} textAnchor="middle">
        {end}
      </text>
    </svg>
  )
}
