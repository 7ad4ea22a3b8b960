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
    ['at its first record when nobody has ever read it', {}, [10, null]],
    ['where both say', { committed: committedAt(500), saved: 500 }, [500, null]],
    ['where the database says when it has gone back', { committed: committedAt(500), saved: 300 }, [300, null]],
    [
      'where Kafka says when somebody has put that back',
      { committed: committedAt(200, null), saved: 500 },
      [200, null],
    ],
    ['at its first record when somebody asks for all', { committed: committedAt(-2, null), saved: 500 }, [10, null]],
    ['where the database says when Kafka has forgotten', { saved: 500 }, [500, null]],
    ['where an earlier version of the product was', { committed: committedAt(500, null) }, [500, null]],
    [
      'where the database says when Kafka speaks of another life',
      { committed: committedAt(20, 'other'), saved: 500, knowsOtherLife: true },
      [500, null],
    ],
  ])('%s', (_, known, expected) => {
    expect(choose(known)).toEqual(expected)
  })

  it.each<[when: string, known: Partial<Known>, reason: string]>([
    ['both speak of another life', { committed: committedAt(20, 'other'), knowsOtherLife: true }, 'topic-replaced'],
    ['Kafka speaks of another life', { committed: committedAt(20, 'other') }, 'topic-replaced'],
    ['the database speaks of another life', { knowsOtherLife: true }, 'topic-replaced'],
    [
      'an earlier version of the product may have spoken of another life',
      { committed: committedAt(20, null), knowsOtherLife: true },
      'topic-replaced',
    ],
    ['the database is not the one that was', { committed: committedAt(500) }, 'unknown-to-database'],
    ['the partition ends before', { committed: committedAt(2_000), saved: 2_000 }, 'log-truncated'],
    ['the partition ends before what Kafka has', { committed: committedAt(2_000), saved: 300 }, 'log-truncated'],
    ['what comes next was deleted', { committed: committedAt(5), saved: 5 }, 'records-deleted'],
    ['kafkajs has met that it was deleted', { committed: committedAt(-2, null), saved: 5 }, 'records-deleted'],
  ])('at its first record, with an alarm, when %s', (_, known, reason) => {
    expect(choose(known)).toEqual([10, reason])
  })
})
