import fc from 'fast-check'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import { expect, it, vi } from 'vitest'

type Bytes = Buffer | string | null | undefined
type RecordToEncode = Parameters<typeof encodeRecord>[0]

/** Encodes a record word for word as Kafka's protocol describes it: https://kafka.apache.org/documentation/#record */
function describeRecord({ offsetDelta, timestampDelta, key, value, headers }: RecordToEncode): Buffer {
  const list = Array.isArray(headers)
    ? headers
    : Object.entries(headers).flatMap(([name, values]) => [values].flat().map((each) => ({ key: name, value: each })))
  const attributes = Buffer.from([0])
  const body = Buffer.concat([
    attributes,
    toVarint(timestampDelta),
    toVarint(offsetDelta),
    withLength(key),
    withLength(value),
    toVarint(list.length),
    ...list.flatMap((header) => [withLength(header.key), withLength(header.value)]),
  ])
  return withLength(body)
}

function withLength(content: Bytes): Buffer {
  if (content == null) return toVarint(-1)
  const bytes = Buffer.from(content)
  return Buffer.concat([toVarint(bytes.length), bytes])
}

function toVarint(number: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(number) << 1n) ^ (BigInt(number) >> 63n))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

/** Numbers just beside those where the encoding takes one more byte. */
const boundaries = (bits: number[]) =>
  fc.tuple(fc.constantFrom(...bits), fc.integer({ min: -2, max: 2 })).map(([bit, near]) => 2 ** bit + near)
const offsetDelta = fc.oneof(fc.nat(), boundaries([6, 13, 20, 27, 30]))
const distance = fc.oneof(fc.maxSafeNat(), boundaries([6, 13, 20, 27, 31, 34, 41, 48]))
const timestampDelta = fc.tuple(distance, fc.constantFrom(1, -1)).map(([ms, sign]) => ms * sign)

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'ß🌿'),
)
const bytes = fc.uint8Array().map((content) => Buffer.from(content))
const large = fc.oneof(boundaries([6, 9, 10, 13, 20]), fc.nat(2_000)).map((size) => Buffer.alloc(size, 'content'))
const content = fc.oneof(text, bytes, fc.constant(null))
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '1', '0'))
const headers = fc.oneof(
  fc.array(fc.record({ key: name, value: content })),
  fc.dictionary(name, fc.oneof(content, fc.array(content))),
)
const anyRecord = fc.record({
  offsetDelta,
  timestampDelta,
  key: fc.oneof(content, fc.constant(undefined)),
  value: fc.oneof(content, large),
  headers,
})

it('a record is encoded as the protocol describes it, whatever its bytes, numbers and headers', () => {
  const property = fc.property(anyRecord, (record) => {
    expect(encodeRecord(record).buffer.equals(describeRecord(record))).toBe(true)
  })

  fc.assert(property, { numRuns: 500 })
})

it('a record takes one buffer, however many headers it has', () => {
  const list = Array.from({ length: 50 }, (_, n) => ({ key: `name-${n}`, value: `value-${n}` }))
  const record = { offsetDelta: 300, timestampDelta: 70_000, key: 'key', value: Buffer.alloc(2_000), headers: list }
  const allocations = (['alloc', 'allocUnsafe', 'from'] as const).map((way) => vi.spyOn(Buffer, way))

  encodeRecord(record)

  expect(allocations.flatMap(({ mock }) => mock.calls)).toHaveLength(1)
})
