import { createWaiter, type Database, type Logger } from '@coursewire/service-kit'
import { backoffMs } from '../backoff.ts'
import type { AdminClient } from '../kafkajs/admin.ts'
import type { Assigned } from '../kafkajs/membership.ts'
import { findTopicState, readCommitted } from '../kafkajs/topic-state.ts'
import * as metrics from '../metrics.ts'
import type { Circuit } from './circuit.ts'
import { isSamePlace, type Move, movePositions, type Place, readPositions, setPositions } from './positions.ts'
import { chooseStart, type Known, type Start } from './start.ts'

/** Where a partition begins and ends now, and its position in the database. */
export interface Beginning extends Place {
  start: number
  end: number
  saved: number
}

export interface PositioningOptions {
  db: Database
  consumer: string
  admin: AdminClient
  circuit: Circuit
  logger: Logger
  onFound: (beginnings: Beginning[]) => void
}

interface Found extends Start {
  place: Place
  /** The partition's positions in Kafka and in the database. */
  left: Known
}

/** Finds where the partitions of an epoch begin, from their positions in Kafka and in the database (`start.ts`). */
export function createPositioning({ db, consumer, admin, circuit, logger, onFound }: PositioningOptions) {
  const waiter = createWaiter()
  let epoch = 0
  /** Since when partitions are assigned whose start is not known, by `performance.now()`. */
  let searchingSince: number | null = null
  /** The timeline of the database when we last read positions from it. */
  let timeline = ''

  async function find(assigned: Assigned, held: Move[]): Promise<Found[]> {
    const topics = Object.keys(assigned)
    await askDatabase(move(held))
    const committed = await admin.use((client) => readCommitted(client, consumer, topics))
    const known = await askDatabase(readPositions(db, consumer, topics))
    timeline = known.timeline
    // Comes last, so that a member that reads further meanwhile does not seem to be beyond the end.
    const states = await admin.use((client) => Promise.all(topics.map((topic) => findTopicState(client, topic))))

    return topics.flatMap((topic, index) =>
      (assigned[topic] ?? []).map((partition) => {
        const { life = '', bounds } = states[index] ?? {}
        const place = { topic, life, partition }
        const lives = known.positions.filter((other) => other.topic === topic && other.partition === partition)
        const own = held.find((move) => isSamePlace(move, place))
        const left: Known = {
          life,
          first: bounds?.get(partition)?.first ?? 0,
          end: bounds?.get(partition)?.end ?? 0,
          // The position in this member's memory is newer than the committed one.
          committed: own ? { offset: own.position, life } : (committed.get(`${topic}/${partition}`) ?? null),
          saved: lives.find((other) => isSamePlace(other, place))?.position ?? null,
          knowsOtherLife: lives.some((other) => other.life !== life),
        }
        return { place, left, ...chooseStart(left) }
      }),
    )
  }

  const move = (moves: Move[]) => movePositions(db, consumer, timeline, moves)

  async function askDatabase<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } catch (error) {
      // While the database is down, everything waits.
      await circuit.trip(error)
      throw error
    }
  }

  function report({ place: { topic, partition }, left: { committed, saved }, start, expected, alarm }: Found): void {
    if (alarm) {
      metrics.offsetResets.add(1, { topic, reason: alarm })
      logger.error({ topic, partition, reason: alarm, expected, found: start }, 'Offsets lost')
    } else if (committed?.life && saved !== null && saved < committed.offset) {
      logger.warn({ topic, partition, saved, committed: committed.offset }, 'The database has gone back, reading again')
    }
  }

  return {
    /**
     * Begins an epoch. Calls `onFound` once, when the start of all assigned partitions is known, however long that takes, unless another
     * epoch begins first. `held` has this member's own positions.
     */
    async begin(assigned: Assigned, held: Move[]): Promise<void> {
      epoch += 1
      searchingSince ??= performance.now()
      const own = epoch
      const isOver = () => epoch !== own
      for (let failures = 0; !isOver(); failures += 1) {
        try {
          const found = await find(assigned, held)
          // The new owner of these partitions may already be further.
          if (isOver()) return
          const news = found.filter(isNews).map(({ place, start }) => ({ ...place, position: start }))
          await askDatabase(setPositions(db, consumer, news))
          if (isOver()) return
          searchingSince = null
          for (const one of found) report(one)
          const starts = found.map(({ place, start }) => [`${place.topic}/${place.partition}`, start])
          logger.info({ starts: Object.fromEntries(starts) }, 'Positions found')
          onFound(
            found.map((one) => ({
              ...one.place,
              start: one.start,
              end: one.left.end,
              saved: isNews(one) ? one.start : (one.left.saved ?? one.start),
            })),
          )
          return
        } catch (error) {
          // Logged once a minute while it lasts. A topic may be missing, or we may lack the right to see it.
          logger[failures % 12 === 5 ? 'warn' : 'debug']({ err: error }, 'Positions not found yet')
          await waiter.wait(backoffMs(failures, 100, 5_000))
        }
      }
    },
    /** Writes positions to the database, and resolves to the ones it moved: all, unless the database has gone back. */
    move,
    /** Whether the database has lost positions, and therefore effects too. */
    async hasGoneBack(held: Move[]): Promise<boolean> {
      const known = await readPositions(db, consumer, [...new Set(held.map(({ topic }) => topic))])
      const isThere = (one: Move) =>
        known.positions.some((other) => isSamePlace(other, one) && other.position >= one.saved)
      return known.timeline !== timeline || !held.every(isThere)
    },
    /** Milliseconds since partitions were assigned, while their start is not known; otherwise 0. */
    searchingMs: (now: number): number => (searchingSince === null ? 0 : now - searchingSince),
    /** Ends the epoch. `onFound` is not called any more. */
    end(): void {
      epoch += 1
      searchingSince = null
      waiter.wake()
    },
  }
}

export type Positioning = ReturnType<typeof createPositioning>

/** Whether to write the position to the database: it has none, or the log now ends before it. */
const isNews = ({ left, alarm }: Found) => left.saved === null || alarm === 'log-truncated'
