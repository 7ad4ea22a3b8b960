import { loadConfig } from '@coursewire/service-kit'
import { expect, test } from 'vitest'
import { configSchema } from './config.ts'

const env = {
  DATABASE_URL: 'postgres://localhost/email_worker',
  KAFKA_BROKERS: 'localhost:9092',
  DEFAULT_TENANT: 'acme',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'coursewire',
  JWKS_URL: 'http://localhost:3001/.well-known/jwks.json',
  EMAIL_FROM: 'Coursewire <hello@coursewire.example>',
  ADDRESS_HASH_KEY: 'x'.repeat(32),
  ENROLLMENT_API_URL: 'http://localhost:3001/',
  DISTRIBUTION_SERVICE_URL: 'http://localhost:3002',
  WEB_URL: 'https://learn.example.com/app/',
  SERVICE_CLIENT_ID: 'email-worker',
  SERVICE_CLIENT_SECRET: 'made-up',
}

test('optional settings have defaults, and a base URL ends without a slash', () => {
  expect(loadConfig(configSchema, env)).toMatchObject({
    AWS_REGION: 'us-east-1',
    EMAIL_UNKNOWN_AFTER_SECONDS: 60,
    ENROLLMENT_API_URL: 'http://localhost:3001',
    WEB_URL: 'https://learn.example.com/app',
  })
})

test('senders are written the way SES accepts them, and there is none to choose by default', () => {
  const given = { EMAIL_FROM: 'Hello@Bücher.example', EMAIL_SENDERS: 'a@b.example, Course wire <C@Bücher.example>,' }

  expect(loadConfig(configSchema, { ...env, ...given })).toMatchObject({
    EMAIL_FROM: 'Hello@xn--bcher-kva.example',
    EMAIL_SENDERS: ['a@b.example', 'Course wire <C@xn--bcher-kva.example>'],
  })
  expect(loadConfig(configSchema, env).EMAIL_SENDERS).toEqual([])
})

test('all problems are reported at once', () => {
  const load = () => loadConfig(configSchema, { ...env, EMAIL_FROM: 'a@x, b@y', WEB_URL: 'ftp://x', DATABASE_URL: '' })

  expect(load).toThrow(/EMAIL_FROM/)
  expect(load).toThrow(/WEB_URL/)
  expect(load).toThrow(/DATABASE_URL/)
})
