import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { wire } from '../../src/storefront/wire.ts'
import { type MyCourse, myCourses } from './my-courses-data.ts'
import { Confirm, Menu } from './parts.tsx'
import { useWords } from './words.tsx'

const route = getRouteApi('/signed-in/')

export function MyCourses() {
  const w = useWords()
  const { show } = route.useSearch()
  const { data, error, isPending, refetch } = useQuery(myCourses)
  if (error)
    return (
      <section className="state" role="alert">
        <h1>{w.failed}</h1>
        <button type="button" className="button" onClick={() => void refetch()}>
          {w.again}
        </button>
      </section>
    )
  if (isPending)
    return (
      <section className="state" aria-busy="true">
        <h1 className="hidden">{w.myCourses}</h1>
        <p role="status">{w.loading}</p>
      </section>
    )
  const next = data.find((c) => !c.completed)
  const shown = data.filter((c) => (show === 'active' ? !c.completed : show === 'completed' ? c.completed : true))
  return (
    <>
      {next ? (
        <section className="next" aria-labelledby="next">
          <div>
            <h1 id="next">{w.welcome}</h1>
            <p className="next-name" lang={next.course?.language}>
              {next.course?.title}
            </p>
            <p className="next-done">{w.done(next.done, next.lessons)}</p>
            <a className="button" href={`/app/courses/${next.courseId}`}>
              {w.continue}
            </a>
          </div>
          <Wire course={next} perRow={next.lessons > 30 ? 8 : 6} big />
        </section>
      ) : (
        <h1 className="hidden">{w.myCourses}</h1>
      )}
      <div className="list-head">
        <h2>{w.yours}</h2>
        <nav className="pick" aria-label={w.which}>
          <Link to="/" search={{}} activeOptions={{ exact: true }}>
            {w.all}
          </Link>
          <Link to="/" search={{ show: 'active' }}>
            {w.active}
          </Link>
          <Link to="/" search={{ show: 'completed' }}>
            {w.completed}
          </Link>
        </nav>
      </div>
      {shown.length > 0 ? (
        <ul className="list">
          {shown.map((c) => (
            <Row key={c.id} course={c} />
          ))}
        </ul>
      ) : (
        <section className="state">
          <h3>{w.none}</h3>
          <p>{w.noneWhat}</p>
          <a className="button" href="/en/courses">
            {w.browse}
          </a>
        </section>
      )}
    </>
  )
}

function Row({ course: c }: { course: MyCourse }) {
  const w = useWords()
  const title = c.course?.title ?? c.courseId
  return (
    <li className="row">
      <div className="row-name">
        <h3 lang={c.course?.language}>{title}</h3>
        <p>{c.completed ? w.finishedOn(new Date(c.updatedAt)) : w.done(c.done, c.lessons)}</p>
      </div>
      <Wire course={c} perRow={60} />
      <a className="button quiet" href={`/app/courses/${c.courseId}`}>
        {c.completed ? w.review : c.done === 0 ? w.begin : w.continue}
        <span className="hidden">: {title}</span>
      </a>
      <Confirm
        title={w.leaveSure(title)}
        text={w.leaveWhat}
        yes={w.leave}
        no={w.cancel}
        onYes={() => {}}
        opener={(ask) => (
          <Menu label={w.more(title)} icon={<path className="dots" d="M4 10h.01M10 10h.01M16 10h.01" />}>
            <a href={c.course?.canonicalUrl}>{w.page}</a>
            <button type="button" onClick={ask}>
              {w.leave}
            </button>
          </Menu>
        )}
      />
    </li>
  )
}

function Wire({ course: c, perRow, big = false }: { course: MyCourse; perRow: number; big?: boolean }) {
  const w = useWords()
  if (c.lessons === 0) return null
  const s = big ? wire(c.lessons, perRow, 56, 56, 24) : wire(c.lessons, perRow, 12, 12, 6)
  const at = s.beads[Math.min(c.done, s.beads.length - 1)]
  return (
    <svg
      className={big ? 'path' : 'mini'}
      viewBox={`0 0 ${s.width} ${s.height}`}
      role="img"
      aria-label={w.beads(c.done, c.lessons)}
      preserveAspectRatio="xMinYMid meet"
    >
      <path className="thread" d={s.path} />
      {s.beads.map((b, i) => (
        <circle key={`${b.x} ${b.y}`} className={i < c.done ? 'bead done' : 'bead'} cx={b.x} cy={b.y} r={big ? 7 : 4} />
      ))}
      {big && at && !c.completed ? <circle className="here" cx={at.x} cy={at.y} r={13} /> : null}
    </svg>
  )
}
