import { imagineCourse } from './imagined-course.ts'

/** The census needs to know this about an entry. */
export interface Entry {
  id: string
  courseId: string
  title: string
  visibility: 'private' | 'public'
  derivedFrom: string | null
  createdAt: string
  updatedAt: string
}

/** The state of a course, one byte each. It only increases. Settled means public, or about to be. */
const state = { missing: 0, sent: 1, kept: 2, settled: 3 } as const

/** Tracks which of the first `total` imagined courses exist, from the entries it has seen. */
export function createCensus(total: number) {
  const states = new Uint8Array(total)
  let next = 0
  let waiting = 0
  let met = 0
  let foundPublic = 0

  return {
    /** How many were sent and have not been seen since. */
    countWaiting: () => waiting,
    /** How many have become entries since they were sent. It only increases, even while others are sent. */
    countMet: () => met,
    /** How many were public when they were first seen. */
    countPublic: () => foundPublic,
    /** How many belong to somebody now and stay private. */
    countKept: () => states.filter((one) => one === state.kept).length,

    /** Returns whether to publish the entry; true once per course. */
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

    /** Takes up to a number of missing courses, which are expected from now on. Each is taken once. */
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

/** Returns -1 if it is not a course of the seed. */
function indexOf({ courseId }: Entry): number {
  return Number(/^seed-(\d+)$/.exec(courseId)?.[1] ?? 0) - 1
}

/** Whether the entry is as its course's event made it: nobody has edited it, or published and unpublished it. */
function isUntouched(entry: Entry, index: number): boolean {
  const { visibility, derivedFrom, createdAt, updatedAt, title } = entry
  if (visibility === 'public' || derivedFrom !== null || updatedAt !== createdAt) return false
  return title === imagineCourse(index).title
}
