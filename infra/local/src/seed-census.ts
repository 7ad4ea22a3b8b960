import { imagineCourse } from '@coursewire/setup'

/** What the census wants to know of an entry of the catalogue. */
export interface Entry {
  id: string
  courseId: string
  title: string
  visibility: 'private' | 'public'
  derivedFrom: string | null
  createdAt: string
  updatedAt: string
}

/** What is known of a course, a byte each; it only rises. Settled is what is public, or is about to be. */
const state = { missing: 0, sent: 1, kept: 2, settled: 3 } as const

/** Which of the first `total` imagined courses are there, by the entries it has met. */
export function createCensus(total: number) {
  const states = new Uint8Array(total)
  let next = 0
  let waiting = 0
  let met = 0
  let foundPublic = 0

  return {
    /** How many were taken and have not been met since. */
    countWaiting: () => waiting,
    /** How many have become entries since they were taken. It only rises, also while others are taken. */
    countMet: () => met,
    /** How many were public when they were met. */
    countPublic: () => foundPublic,
    /** How many are somebody's own by now, and stay private. */
    countKept: () => states.reduce((count, it) => count + Number(it === state.kept), 0),

    /** Whether the entry is to be published, which is said once. */
    meet(entry: Entry): boolean {
      const index = indexOf(entry)
      const before = states[index]
      if (before === undefined) return false
      const isOurs = isUntouched(entry, index)
      const after = isOurs || entry.visibility === 'public' ? state.settled : state.kept
      if (after <= before) return false
      states[index] = after
      if (before === state.sent) {
        waiting -= 1
        met += 1
      }
      if (!isOurs && after === state.settled) foundPublic += 1
      return isOurs
    },

    /** At most so many of the courses that are missing, which are expected from now on. Each is taken once. */
    takeMissing(limit: number): ReturnType<typeof imagineCourse>[] {
      const taken = []
      for (; next < total && taken.length < limit; next += 1) {
        if (states[next] !== state.missing) continue
        states[next] = state.sent
        taken.push(imagineCourse(next))
      }
      waiting += taken.length
      return taken
    },
  }
}

/** -1 where it is no course of a seed. */
function indexOf({ courseId }: Entry): number {
  return Number(/^seed-(\d+)$/.exec(courseId)?.[1] ?? 0) - 1
}

/** As the event of its course has made it: nobody has edited it, or published it and taken it back. */
function isUntouched(entry: Entry, index: number): boolean {
  const { visibility, derivedFrom, createdAt, updatedAt, title } = entry
  if (visibility === 'public' || derivedFrom !== null || updatedAt !== createdAt) return false
  return title === imagineCourse(index).title
}
