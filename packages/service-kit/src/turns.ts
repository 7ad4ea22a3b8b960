import { AppError } from './app-error.ts'

/** A place to wait: the queue of a `lane`, identified by `owner`, such as an address. */
export type Place = { lane: string; owner: string }

/**
 * Runs the work when its turn comes. Throws `unavailable` if too many wait. Otherwise calls `prepare` at once, while the caller waits; the work
 * gets what it resolves to. If it fails, so does the turn.
 */
export type TakeTurn = <Result, Prepared>(
  place: Place,
  work: (prepared: Prepared | undefined) => Promise<Result>,
  prepare?: () => Promise<Prepared>,
) => Promise<Result>

/**
 * Lets a limited number work at a time. Waiting callers get their turns lane by lane, and within a lane owner by owner. So an owner with many
 * requests delays only its own, and a full lane does not block another.
 */
export function createTurns(limits: { concurrent: number; maxWaiting: number; maxWaitingEach: number }): TakeTurn {
  // Neither map contains empty entries, and an owner that had a turn goes to the end.
  const lanes = new Map<string, Map<string, (() => void)[]>>()
  let working = 0

  /** Throws at once if there is no place. */
  function wait({ lane, owner }: Place): Promise<void> {
    const owners = lanes.get(lane) ?? new Map<string, (() => void)[]>()
    const own = owners.get(owner) ?? []
    const waiting = [...owners.values()].reduce((total, { length }) => total + length, 0)
    if (waiting >= limits.maxWaiting || own.length >= limits.maxWaitingEach) {
      throw new AppError('unavailable', 'turns.taken', 'Too many wait for their turn', { lane })
    }
    lanes.set(lane, owners.set(owner, own))
    return new Promise((resolve) => own.push(resolve))
  }

  function passOn(): void {
    const [[lane, owners] = []] = lanes
    const [[owner, own] = []] = owners ?? []
    const next = own?.shift()
    if (lane === undefined || owner === undefined || !owners || !own || !next) {
      working -= 1
      return
    }
    owners.delete(owner)
    if (own.length > 0) owners.set(owner, own)
    lanes.delete(lane)
    if (owners.size > 0) lanes.set(lane, owners)
    next()
  }

  return async (place, work, prepare) => {
    const isFree = working < limits.concurrent
    if (isFree) working += 1
    const turn = isFree ? undefined : wait(place)
    const prepared = prepare?.()
    // A failure is thrown below.
    prepared?.catch(() => undefined)
    if (turn) await turn
    try {
      return await work(prepared ? await prepared : undefined)
    } finally {
      passOn()
    }
  }
}
