import { describe, expect, it } from 'vitest'
import { createAssignment } from '../src/consumer/assignment.ts'
import type { Partition } from '../src/consumer/partition.ts'

function createTestAssignment() {
  const seeks: [number, number][] = []
  const lost: [expected: number, found: number][] = []
  const abandoned: number[] = []
  let truncations = 0
  const assignment = createAssignment({
    create: ({ topic, partition, start }) => {
      const state = { topic, partition, position: start, watermark: start }
      return Object.assign(state, {
        skipTo: (offset: number) => {
          state.position = offset
        },
        abandon: () => abandoned.push(partition),
      }) as unknown as Partition
    },
    seek: (_, partition, offset) => seeks.push([partition, offset]),
    onLost: (_, __, expected, found) => lost.push([expected, found]),
    onTruncated: () => {
      truncations += 1
    },
  })
  return { assignment, seeks, lost, abandoned, truncations: () => truncations }
}

const at = (partition: number, start: number) => ({
  topic: 't',
  life: 'life',
  partition,
  start,
  end: start,
  saved: start,
})

describe('an assignment', () => {
  it('accepts no batch before it is known where its partition begins, and then the batch that starts there', () => {
    const { assignment, seeks } = createTestAssignment()

    expect(assignment.find('t', 0, 17)).toBeNull()
    assignment.begin([at(0, 12)])

    expect(seeks).toEqual([[0, 12]])
    expect(assignment.find('t', 0, 17)).toBeNull()
    expect(assignment.find('t', 0, 12)).toMatchObject({ position: 12 })
  })

  it('drops what it had when an epoch ends', () => {
    const { assignment, abandoned } = createTestAssignment()
    assignment.begin([at(0, 0), at(1, 0)])

    assignment.end()
    assignment.begin([at(0, 120), at(2, 0)])

    expect(abandoned).toEqual([0, 1])
    expect(assignment.find('t', 1, 80)).toBeNull()
    expect(assignment.find('t', 0, 120)).toMatchObject({ position: 120 })
  })

  it('refuses a batch fetched before the join, which would skip the dropped records', () => {
    const { assignment, seeks } = createTestAssignment()
    assignment.begin([at(0, 120)])

    expect(assignment.find('t', 0, 500)).toBeNull()

    expect(seeks).toEqual([
      [0, 120],
      [0, 120],
    ])
    expect(assignment.find('t', 0, 120)).toMatchObject({ position: 120 })
  })

  it('continues with an alarm if the broker no longer has the next records', () => {
    const { assignment, lost } = createTestAssignment()
    assignment.begin([at(0, 100)])
    assignment.markOutOfRange('t', 0)

    expect(assignment.find('t', 0, 900)).toMatchObject({ position: 900 })

    expect(lost).toEqual([[100, 900]])
  })

  it('begins again with an alarm if the broker has less than was read', () => {
    const { assignment, lost, truncations } = createTestAssignment()
    assignment.begin([at(0, 100)])
    assignment.markOutOfRange('t', 0)

    expect(assignment.find('t', 0, 0)).toBeNull()

    expect(truncations()).toBe(1)
    expect(lost).toEqual([])
  })

  it('refuses batches that start elsewhere, however often, unless the broker has reported lost records', () => {
    const { assignment, seeks, lost } = createTestAssignment()
    assignment.begin([at(0, 100)])

    const found = Array.from({ length: 10 }, () => assignment.find('t', 0, 900))

    expect(found).toEqual(Array.from({ length: 10 }, () => null))
    expect(seeks).toHaveLength(11)
    expect(lost).toEqual([])
  })

  it('ignores a partition that it does not have', () => {
    const { assignment } = createTestAssignment()
    assignment.begin([at(0, 10)])
    assignment.end()

    expect(assignment.find('t', 0, 10)).toBeNull()
    expect([...assignment.partitions()]).toEqual([])
  })
})
