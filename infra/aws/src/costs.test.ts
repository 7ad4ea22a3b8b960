import { expect, test } from 'vitest'
import { listCosts, sumOf } from './costs.ts'

test('a month costs what its lines cost, and more enrolments cost more', () => {
  const [few, many] = [listCosts(1_000), listCosts(100_000)]
  const find = (lines: typeof few, what: string) => sumOf(lines.filter((line) => line.what === what))

  expect(find(few, 'Kafka: brokers')).toBeCloseTo(3 * 730 * 0.2448)
  expect(find(few, 'SES')).toBeCloseTo(3_000 * 0.0001)
  expect(find(many, 'SES')).toBeCloseTo(100 * find(few, 'SES'))
  expect(find(many, 'Kafka: brokers')).toBe(find(few, 'Kafka: brokers'))
  expect(sumOf(many)).toBeGreaterThan(sumOf(few))
})
