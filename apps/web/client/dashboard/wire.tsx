import { wire } from '../../src/storefront/wire.ts'
import type { MyCourse } from './my-courses-data.ts'
import { useWords } from './words.tsx'

/** Says how far somebody is. */
export function useProgress({ lessons, progress }: Pick<MyCourse, 'lessons' | 'progress'>): string {
  const words = useWords()
  return lessons ? words.lessonsDone(lessons.done, lessons.total) : words.percentDone(progress)
}

/** A course as a wire with a bead for each lesson. Where the number of lessons is unknown it has ten. */
export function Wire({ course, size }: { course: MyCourse; size: 'big' | 'mini' }) {
  const label = useProgress(course)
  const isBig = size === 'big'
  const total = course.lessons?.total ?? 10
  const share = course.lessons ? course.lessons.done / total : course.progress / 100
  const { beads, path, width, height } = isBig
    ? wire(total, total > 30 ? 8 : 6, 56, 56, 24)
    : wire(total, 60, 12, 12, 6)
  const done = Math.floor(share * beads.length + 1e-9)
  const here = course.completed ? undefined : beads[Math.min(done, beads.length - 1)]
  return (
    <svg
      className={isBig ? 'path' : 'mini'}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      preserveAspectRatio="xMinYMid meet"
    >
      <path className="thread" d={path} />
      {beads.map(({ x, y }, at) => (
        <circle key={`${x} ${y}`} className={at < done ? 'bead done' : 'bead'} cx={x} cy={y} r={isBig ? 7 : 4} />
      ))}
      {isBig && here ? <circle className="here" cx={here.x} cy={here.y} r={13} /> : null}
    </svg>
  )
}
