import { describe, expect, it } from 'vitest'
import { createAssignment } from '../src/assignment.ts'
import type { Partition } from '../src/partition.ts'

function createTestAssignment() {
  const seeks: [number, number][] = []
  const lost: [expected: number | null, found: number][] = []
  const abandoned: number[] = []
  const assignment = createAssignment({
    create: (topic, partition, start) => {
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
  })
  return { assignment, seeks, lost, abandoned }
}

function read(partition: Partition | null, position: number, watermark: number) {
  Object.assign(partition ?? {}, { position, watermark })
}

describe('an assignment', () => {
  it('lets the broker say where a new partition begins', () => {
    const { assignment, seeks } = createTestAssignment()
    assignment.begin({ t: [0] })

    expect(assignment.find('t', 0, 17)).toMatchObject({ position: 17 })
    expect(seeks).toEqual([])
  })

  it('goes back to the watermark of what it keeps at a join, and drops the rest', () => {
    const { assignment, seeks, abandoned } = createTestAssignment()
    assignment.begin({ t: [0, 1] })
    read(assignment.find('t', 0, 0), 500, 120)
    read(assignment.find('t', 1, 0), 80, 80)

    assignment.begin({ t: [0, 2] })

    expect(abandoned).toEqual([0, 1])
    expect(seeks).toEqual([[0, 120]])
    expect(assignment.find('t', 1, 80)).toBeNull()
    expect(assignment.find('t', 0, 120)).toMatchObject({ position: 120 })
  })

  it('refuses a batch fetched before the join, which would pass over what was dropped', () => {
    const { assignment, seeks } = createTestAssignment()
    assignment.begin({ t: [0] })
    read(assignment.find('t', 0, 0), 500, 120)
    assignment.begin({ t: [0] })

    expect(assignment.find('t', 0, 500)).toBeNull()

    expect(seeks).toEqual([
      [0, 120],
      [0, 120],
    ])
    expect(assignment.find('t', 0, 120)).toMatchObject({ position: 120 })
  })

  it('goes on with an alarm where the broker no longer has what is next', () => {
    const { assignment, seeks, lost } = createTestAssignment()
    assignment.begin({ t: [0, 1] })
    read(assignment.find('t', 0, 0), 100, 100)
    assignment.markOutOfRange('t', 0)
    assignment.markOutOfRange('t', 1)

    expect(assignment.find('t', 0, 900)).toMatchObject({ position: 900 })
    expect(assignment.find('t', 1, 50)).toMatchObject({ position: 50 })

    expect(lost).toEqual([
      [100, 900],
      [null, 50],
    ])
    expect(seeks).toEqual([])
  })

  it('refuses what starts elsewhere, however often, unless the broker has said that something is gone', () => {
    const { assignment, seeks, lost } = createTestAssignment()
    assignment.begin({ t: [0] })
    read(assignment.find('t', 0, 0), 100, 100)

    const found = Array.from({ length: 10 }, () => assignment.find('t', 0, 900))

    expect(found).toEqual(Array.from({ length: 10 }, () => null))
    expect(seeks).toHaveLength(10)
    expect(lost).toEqual([])
  })

  it('knows nothing of a partition it does not have', () => {
    const { assignment } = createTestAssignment()
    assignment.begin({ t: [0] })
    read(assignment.find('t', 0, 0), 10, 10)
    assignment.end()

    expect(assignment.find('t', 0, 10)).toBeNull()
    expect([...assignment.partitions()]).toEqual([])
  })
})
