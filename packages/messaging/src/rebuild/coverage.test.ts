import { expect, test } from 'vitest'
import { addHistory, findBeginning, findWholeDay, type Partition } from './coverage.ts'

const place = { topic: 'note.events', partition: 0 }
const AT = Date.parse('2026-03-01T12:00:00Z')

/** A partition that begins at `first`, and a history with these offsets, one a day. */
function know(first: number, offsets: number[] | null) {
  const partition: Partition & { begins: number } = { ...place, life: '', first, end: 100, history: null, begins: AT }
  const records = offsets?.map((offset) => ({ ...place, offset, timestamp: String(AT - 1_000 + offset) })) ?? []
  addHistory(new Map([['note.events/0', partition]]), records)
  return [partition]
}

test.each([
  ['a topic that has everything', 0, null, null],
  ['a topic that has lost its beginning', 10, null, AT],
  ['a history up to the topic', 3, [0, 1, 2], null],
  ['a history that reaches into the topic, in any order', 3, [1, 0, 2, 5, 3, 4], null],
  ['a history that has lost its beginning too', 4, [2, 3], AT - 998],
  ['a history without repeated events', 4, [0, 3], null],
])('%s', (_, first, offsets, beginning) => {
  const partitions = know(first, offsets)

  expect(findBeginning(partitions, { hasHistory: offsets !== null, mayMiss: false })).toBe(beginning)
})

test.each([
  ['between the history and the topic', 5, [0, 1, 2], 'The 2 records'],
  ['before a topic that the history does not have', 5, [], 'The 5 records'],
])('records that are missing %s are an error, unless they may', (_, first, offsets, message) => {
  const partitions = know(first, offsets)

  expect(() => findBeginning(partitions, { hasHistory: true, mayMiss: false })).toThrow(message)
  expect(() => findBeginning(partitions, { hasHistory: true, mayMiss: true })).not.toThrow()
})

test('the first whole day is whole everywhere', () => {
  // In Kiribati the second has begun ten hours ago.
  expect(findWholeDay(Date.parse('2026-03-01T20:00:00Z'))).toBe('2026-03-03')
})
