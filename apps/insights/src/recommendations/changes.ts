/** The changes of the numbers of a tenant. */
export interface Changes {
  tenantId: string
  learners: number
  courses: Map<string, number>
  /** By both ids as JSON, the smaller one first. */
  pairs: Map<string, number>
}

export interface CoursesOfLearner<Courses = ReadonlySet<string>> {
  tenantId: string
  before: Courses
  after: Courses
}

/** Counts what changes if learners have other courses than before. */
export function countChanges(learners: Iterable<CoursesOfLearner>): Changes[] {
  const byTenant = new Map<string, Changes>()
  for (const { tenantId, before, after } of learners) {
    const changes = byTenant.get(tenantId) ?? { tenantId, learners: 0, courses: new Map(), pairs: new Map() }
    byTenant.set(tenantId, changes)
    changes.learners += Math.min(1, after.size) - Math.min(1, before.size)
    move(changes, after, before, 1)
    move(changes, before, after, -1)
  }
  return [...byTenant.values()]
}

/** Adds `step` for each course and pair that is in `all` and not in `others`. */
function move({ courses, pairs }: Changes, all: ReadonlySet<string>, others: ReadonlySet<string>, step: 1 | -1): void {
  const own = [...all]
  const moved = new Set(own.filter((course) => !others.has(course)))
  for (const course of moved) {
    add(courses, course, step)
    for (const other of own) {
      // Two courses that have both moved are one pair.
      if (other === course || (moved.has(other) && other < course)) continue
      add(pairs, JSON.stringify(course < other ? [course, other] : [other, course]), step)
    }
  }
}

const add = (counts: Map<string, number>, key: string, step: number) => counts.set(key, (counts.get(key) ?? 0) + step)
