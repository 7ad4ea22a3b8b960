import { expect, it } from 'vitest'
import { renderRace } from '../src/race-table.ts'
import { tally } from '../src/race-tally.ts'

it('an event that is not on Kafka is lost, and each record beyond the first of an event is doubled', () => {
  const arrivals = [
    { id: 'a', at: 100 },
    { id: 'b', at: 110 },
    { id: 'a', at: 120 },
    { id: 'a', at: 130 },
  ]

  expect(tally(['a', 'b', 'c'], arrivals)).toEqual({ lost: 1, doubled: 2, beganAt: 100, completeAt: 110 })
})

it('the relay has caught up when the last event arrives for the first time, in whatever order the partitions are read', () => {
  const arrivals = [
    { id: 'b', at: 300 },
    { id: 'a', at: 200 },
    { id: 'b', at: 150 },
  ]

  expect(tally(['a', 'b'], arrivals)).toMatchObject({ beganAt: 150, completeAt: 200 })
})

it('the table shows the median and the range of the rounds that have a figure, and one number where they agree', () => {
  const table = renderRace(
    new Map([
      ['ours', [30_000, 10_000, 20_000].map((throughput) => ({ throughput, lost: 0 }))],
      ['theirs', [{ throughput: 1_234.5, lost: 2 }, { lost: 2 }]],
    ]),
  )

  expect(table).toContain('| throughput, events/s | 20,000 (10,000–30,000) | 1,235 |')
  expect(table).toContain('| lost, events | 0 | 2 |')
  expect(table).toContain('| memory, MB | – | – |')
})
