/** Damps the first places, so that two middle places win against one first (Cormack et al., "Reciprocal rank fusion", 2009). */
const DAMPING = 60

export interface Chosen {
  /** For each course of the learner, the other courses that its learners chose. */
  alsoChosen: string[][]
  trending: string[]
  popular: string[]
}

/** At most `limit` courses under each heading: none that the learner has, none twice, and only those that can be shown. */
export function chooseCourses(
  { alsoChosen, trending, popular }: Chosen,
  has: ReadonlySet<string>,
  limit: number,
  canBeShown: (courseId: string) => boolean = () => true,
) {
  const taken = new Set(has)
  function take(courseIds: string[]): string[] {
    const shown = courseIds.filter((courseId) => !taken.has(courseId) && canBeShown(courseId)).slice(0, limit)
    for (const courseId of shown) taken.add(courseId)
    return shown
  }
  return { alsoChosen: take(merge(alsoChosen)), trending: take(trending), popular: take(popular) }
}

function merge(lists: string[][]): string[] {
  const scores = new Map<string, number>()
  for (const list of lists) {
    for (const [place, courseId] of list.entries()) {
      scores.set(courseId, (scores.get(courseId) ?? 0) + 1 / (DAMPING + place))
    }
  }
  return [...scores].sort(([, one], [, other]) => other - one).map(([courseId]) => courseId)
}
