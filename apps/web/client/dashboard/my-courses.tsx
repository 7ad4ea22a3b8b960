import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Leave } from './leave.tsx'
import { enrollmentsQuery, type MyCourse, useNamed } from './my-courses-data.ts'
import { Failed, Loading, Menu, Motif, useTitle } from './parts.tsx'
import { Unreached } from './unreached.tsx'
import { useProgress, Wire } from './wire.tsx'
import { useLanguage, useWords } from './words.tsx'

const route = getRouteApi('/signed-in/')

/** The page can do without what others have chosen, so it does not wait for the code either. */
const Recommendations = lazy(() =>
  import('./recommendations.tsx').then(
    (module) => ({ default: module.Recommendations }),
    () => ({ default: () => null }),
  ),
)

export function MyCourses() {
  const words = useWords()
  useTitle(words.myCourses)
  const enrollments = useQuery(enrollmentsQuery)
  const { courses, error, refetch } = useNamed(enrollments.data)
  if (enrollments.isError && !enrollments.data)
    return <Failed title={words.failed} error={enrollments.error} retry={() => void enrollments.refetch()} />
  if (!courses) return <Loading />
  const [latest] = courses
    .filter(({ completed }) => !completed)
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
  return (
    <>
      <Unreached />
      {latest ? <Next course={latest} /> : <h1 className="hidden">{words.myCourses}</h1>}
      {error ? (
        <p className="notice bad">
          {words.namesFailed}
          <button type="button" className="link" onClick={() => void refetch()}>
            {words.again}
          </button>
        </p>
      ) : null}
      {courses.length > 0 ? <List courses={courses} /> : <Nothing title={words.none} text={words.noneWhat} />}
      <Suspense>
        <Recommendations courseIds={courses.map(({ courseId }) => courseId)} />
      </Suspense>
    </>
  )
}

function Next({ course }: { course: MyCourse }) {
  const words = useWords()
  const progress = useProgress(course)
  return (
    <section className="next" aria-labelledby="next">
      <div>
        <h1 id="next">{words.next}</h1>
        <p className="next-name" lang={course.entry?.language}>
          {course.entry?.title ?? words.unnamed}
        </p>
        <p className="next-done">{progress}</p>
        <Link className="button" to="/courses/$courseId" params={course}>
          {course.progress === 0 ? words.begin : words.continueLearning}
        </Link>
      </div>
      <Wire course={course} size="big" />
    </section>
  )
}

function List({ courses }: { courses: MyCourse[] }) {
  const words = useWords()
  const { show } = route.useSearch()
  const shown = courses.filter(({ completed }) => show === undefined || completed === (show === 'completed'))
  return (
    <>
      <div className="list-head">
        <h2>{words.yours}</h2>
        <nav className="pick" aria-label={words.which}>
          <Link to="/" search={{}} activeOptions={{ exact: true }}>
            {words.all}
          </Link>
          <Link to="/" search={{ show: 'active' }}>
            {words.running}
          </Link>
          <Link to="/" search={{ show: 'completed' }}>
            {words.finished}
          </Link>
        </nav>
      </div>
      {shown.length > 0 ? (
        <ul className="list">
          {shown.map((course) => (
            <Row key={course.id} course={course} />
          ))}
        </ul>
      ) : show === 'completed' ? (
        <Nothing title={words.noneFinished} text={words.noneFinishedWhat} />
      ) : (
        <Nothing title={words.noneRunning} text={words.noneWhat} />
      )}
    </>
  )
}

function Nothing({ title, text }: { title: string; text: string }) {
  const { words, language } = useLanguage()
  return (
    <section className="state">
      <Motif />
      <h2>{title}</h2>
      <p>{text}</p>
      <a className="button" href={`/${language}/courses`}>
        {words.browse}
      </a>
    </section>
  )
}

function Row({ course }: { course: MyCourse }) {
  const { words, language } = useLanguage()
  const { courseId, entry, completed } = course
  const progress = useProgress(course)
  const title = entry?.title ?? words.unnamed
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(course.updatedAt))
  return (
    <li className="row">
      <div className="row-name">
        <h3 lang={entry?.language}>{title}</h3>
        <p>{completed ? words.finishedOn(day) : progress}</p>
        {entry ? null : <p>{words.unnamedWhat(courseId)}</p>}
      </div>
      <Wire course={course} size="mini" />
      <Link className="button quiet" to="/courses/$courseId" params={course}>
        {completed ? words.review : course.progress === 0 ? words.begin : words.continueLearning}
        <span className="hidden">: {title}</span>
      </Link>
      <Leave
        courseId={courseId}
        title={title}
        opener={(open) => (
          <Menu label={words.more(title)} icon={<path className="dots" d="M4 10h.01M10 10h.01M16 10h.01" />}>
            {entry ? <a href={`/courses/${entry.slug}`}>{words.coursePage}</a> : null}
            <button type="button" onClick={open}>
              {words.leave}
            </button>
          </Menu>
        )}
      />
    </li>
  )
}
