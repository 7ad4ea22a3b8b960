import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { dataOf, enrollment } from './api.ts'
import { Form } from './form.tsx'
import { Leave } from './leave.tsx'
import { enrollmentQuery, type MyCourse, toPercent, useNamed } from './my-courses-data.ts'
import { Failed, Loading, Problem, State, useTitle } from './parts.tsx'
import { useProgress, Wire } from './wire.tsx'
import { useLanguage, useWords } from './words.tsx'

const route = getRouteApi('/signed-in/courses/$courseId')

/** Shows the course to which "Continue Learning" leads. */
export function Course() {
  const words = useWords()
  const { courseId } = route.useParams()
  const { data, error, refetch } = useQuery(enrollmentQuery(courseId))
  const course = useNamed(data ? [data] : undefined).courses?.[0]
  useTitle(course?.entry?.title ?? words.progress)
  if (data === null) return <NotEnrolled courseId={courseId} />
  if (error && !data) return <Failed title={words.oops} error={error} retry={() => void refetch()} />
  return course ? <Progress course={course} /> : <Loading />
}

function NotEnrolled({ courseId }: { courseId: string }) {
  const words = useWords()
  return (
    <State title={words.notEnrolled} text={words.notEnrolledWhat}>
      <Link className="button" to="/enroll/$courseId" params={{ courseId }} search={{}}>
        {words.enrollYes}
      </Link>
      <Link to="/">{words.myCourses}</Link>
    </State>
  )
}

function Progress({ course }: { course: MyCourse }) {
  const { words, language } = useLanguage()
  const navigate = useNavigate()
  const label = useProgress(course)
  const { courseId, entry, lessons, completed, updatedAt } = course
  const title = entry?.title ?? words.unnamed
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(updatedAt))
  return (
    <>
      <section className="next">
        <div>
          <h1 className="next-name" lang={entry?.language}>
            {title}
          </h1>
          <p className="next-done">{completed ? words.finishedOn(day) : label}</p>
          {completed ? <p>{words.finishedTitle}.</p> : null}
          {lessons && !completed ? <Step course={course} {...lessons} /> : null}
        </div>
        <Wire course={course} size="big" />
      </section>
      <div className="columns">
        <section>
          <h2>{words.progress}</h2>
          <p className="hint">{words.progressWhat}</p>
          {completed ? null : <SetProgress course={course} />}
        </section>
        <nav className="actions" aria-label={title}>
          {entry ? <a href={`/courses/${entry.slug}`}>{words.coursePage}</a> : <p>{words.unnamedWhat(courseId)}</p>}
          <Leave
            courseId={courseId}
            title={title}
            onLeft={() => void navigate({ to: '/' })}
            opener={(open) => (
              <button type="button" className="link" onClick={open}>
                {words.leave}
              </button>
            )}
          />
        </nav>
      </div>
    </>
  )
}

/** Saves how far the learner is. */
function useSaving({ courseId }: MyCourse) {
  const queries = useQueryClient()
  return async (progress: number) => {
    const path = { courseId }
    const saved = await dataOf(
      enrollment.PATCH('/api/enrollments/{courseId}/progress', { params: { path }, body: { progress } }),
    )
    queries.setQueryData(enrollmentQuery(courseId).queryKey, saved)
    void queries.invalidateQueries({ queryKey: ['enrollments'], exact: true })
  }
}

/** One lesson further. */
function Step({ course, done, total }: { course: MyCourse; done: number; total: number }) {
  const words = useWords()
  const { mutate, isPending, error } = useMutation({ mutationFn: useSaving(course) })
  return (
    <>
      <button
        type="button"
        className="button"
        aria-disabled={isPending}
        onClick={() => {
          if (!isPending) mutate(toPercent(done + 1, total))
        }}
      >
        {done + 1 < total ? words.lessonDone(done + 1) : words.courseDone}
      </button>
      {error ? <Problem error={error} /> : null}
    </>
  )
}

/** Any number of lessons further. */
function SetProgress({ course }: { course: MyCourse }) {
  const words = useWords()
  const save = useSaving(course)
  const id = useId()
  const { done, total } = course.lessons ?? { done: course.progress, total: 100 }
  const choices = Array.from({ length: total - done + 1 }, (_, at) => done + at)
  return (
    <Form
      className="form inline"
      send={({ done: chosen }) => save(toPercent(Number(chosen), total))}
      onSent={() => {}}
      button={words.setProgress}
    >
      <div className="field">
        <label htmlFor={id}>{words.howFar}</label>
        <select id={id} name="done" className="input" key={done} defaultValue={done}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {course.lessons ? words.lessonsDone(choice, total) : words.percentDone(choice)}
            </option>
          ))}
        </select>
      </div>
      <p className="hint">{words.progressForward}</p>
    </Form>
  )
}
