import { describe, expect, it } from 'vitest'
import { chooseStart, type Known } from '../src/consumer/start.ts'

const life = 'cluster/topic'
const committedAt = (offset: number, ofLife: string | null = life) => ({ offset, life: ofLife })
const choose = (known: Partial<Known>) => {
  const { start, alarm } = chooseStart({
    life,
    first: 10,
    end: 1_000,
    committed: null,
    saved: null,
    knowsOtherLife: false,
    ...known,
  })
  return [start, alarm]
}

describe('a partition begins', () => {
  it.each<[when: string, known: Partial<Known>, expected: [number, string | null]]>([
    ['at its first record if nobody has ever read it', {}, [10, null]],
    ['at the position of both if they agree', { committed: committedAt(500), saved: 500 }, [500, null]],
    ['at the position of the database if that has gone back', { committed: committedAt(500), saved: 300 }, [300, null]],
    [
      'at the position of Kafka if somebody has reset that',
      { committed: committedAt(200, null), saved: 500 },
      [200, null],
    ],
    [
      'at its first record if somebody has reset the group to the earliest offset',
      { committed: committedAt(-2, null), saved: 500 },
      [10, null],
    ],
    ['at the position of the database if Kafka has forgotten its own', { saved: 500 }, [500, null]],
    ['at the position of an earlier version of the product', { committed: committedAt(500, null) }, [500, null]],
    [
      'at the position of the database if Kafka has one of another life',
      { committed: committedAt(20, 'other'), saved: 500, knowsOtherLife: true },
      [500, null],
    ],
  ])('%s', (_, known, expected) => {
    expect(choose(known)).toEqual(expected)
  })

  it.each<[when: string, known: Partial<Known>, reason: string]>([
    [
      'both have a position of another life',
      { committed: committedAt(20, 'other'), knowsOtherLife: true },
      'topic-replaced',
    ],
    ['Kafka has a position of another life', { committed: committedAt(20, 'other') }, 'topic-replaced'],
    ['the database has a position of another life', { knowsOtherLife: true }, 'topic-replaced'],
    [
      'an earlier version of the product may have read another life',
      { committed: committedAt(20, null), knowsOtherLife: true },
      'topic-replaced',
    ],
    ['the database is another one', { committed: committedAt(500) }, 'unknown-to-database'],
    ['the partition ends before both positions', { committed: committedAt(2_000), saved: 2_000 }, 'log-truncated'],
    ['the partition ends before the position of Kafka', { committed: committedAt(2_000), saved: 300 }, 'log-truncated'],
    ['the next records were deleted', { committed: committedAt(5), saved: 5 }, 'records-deleted'],
    ['kafkajs has found them deleted', { committed: committedAt(-2, null), saved: 5 }, 'records-deleted'],
  ])('at its first record, with an alarm, if %s', (_, known, reason) => {
    expect(choose(known)).toEqual([10, reason])
  })
})
