import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { expect, it } from 'vitest'
import { partitionByKey } from '../src/kafkajs/partitioner.ts'

const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionId,
  leader: 1,
  partitionErrorCode: 0,
  replicas: [],
  isr: [],
}))

it('chooses the same partition as every other client', () => {
  const ours = partitionByKey()
  const theirs = Partitioners.DefaultPartitioner()

  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const args = { topic: 'topic', partitionMetadata, message: { key: Buffer.from(bytes), value: null } }
      expect(ours(args)).toBe(theirs(args))
    }),
    { numRuns: 2_000 },
  )
})

it('spreads records without a key, and respects a given partition', () => {
  const choose = partitionByKey()
  const keyless = { topic: 'topic', partitionMetadata, message: { key: null, value: null } }

  const chosen = Array.from({ length: 12 }, () => choose(keyless))

  expect(new Set(chosen).size).toBe(12)
  const message = { key: Buffer.from('a'), partition: 7, value: null }
  expect(choose({ ...keyless, message })).toBe(7)
})
