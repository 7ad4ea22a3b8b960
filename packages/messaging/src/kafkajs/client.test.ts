import { createLogger } from '@coursewire/service-kit'
import { expect, it } from 'vitest'
import { adviseOn } from './advice.ts'
import { toKafkaSettings } from './client.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const plain = { KAFKA_BROKERS: ['kafka.test:9093'], KAFKA_SSL: true }

it('a user without a password, or a password without a mechanism, is refused', () => {
  const login = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'web', KAFKA_SASL_PASSWORD: 'p' } as const
  const { KAFKA_SASL_PASSWORD: _, ...withoutPassword } = login
  const { KAFKA_SASL_MECHANISM: __, ...withoutMechanism } = login

  expect(toKafkaSettings('web', { ...plain, ...login }, logger).sasl).toMatchObject({ username: 'web', password: 'p' })
  expect(toKafkaSettings('web', plain, logger).sasl).toBeUndefined()
  for (const part of [withoutPassword, withoutMechanism])
    expect(() => toKafkaSettings('web', { ...plain, ...part }, logger)).toThrow('set all or none')
})

it('a lost connection brings advice only while the settings may be the reason', () => {
  const lost = new Error('Closed connection')

  expect(adviseOn(lost, {})).toEqual({ advice: expect.stringMatching(/KAFKA_SSL;.*KAFKA_SASL_PASSWORD/) })
  expect(adviseOn(lost, { ssl: true })).toEqual({ advice: expect.not.stringContaining('KAFKA_SSL') })
  expect(adviseOn(lost, { ssl: true, sasl: {} })).toEqual({})
})

it('TLS with a broker that speaks none brings the advice to turn it off', () => {
  const error = new Error('Connection error: ssl3_get_record:wrong version number')

  expect(adviseOn(error, { ssl: true })).toEqual({ advice: expect.stringContaining('KAFKA_SSL=false') })
})
