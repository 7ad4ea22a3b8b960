import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { loadConfig } from '@coursewire/service-kit'
import { describe, expect, it } from 'vitest'
import { configSchema } from './config.ts'

const pemOf = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const complete = {
  DATABASE_URL: 'postgres://localhost/enrollment',
  KAFKA_BROKERS: 'localhost:9092',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'coursewire',
  JWKS_URL: 'http://localhost:3000/.well-known/jwks.json',
  JWT_PRIVATE_KEY: pemOf('P-256'),
  KEY_SEAL: randomBytes(32).toString('base64url'),
  WEB_URL: 'https://learn.example.com',
  DEFAULT_TENANT: 'acme',
  ENROLLMENT_COMPLETED_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:enrollment-completed',
  DISTRIBUTION_SERVICE_URL: 'http://localhost:3001',
  EMAIL_WORKER_URL: 'http://localhost:3002',
  INSIGHTS_URL: 'http://localhost:3005',
  SERVICE_CLIENT_ID: 'enrollment-api',
  SERVICE_CLIENT_SECRET: 'any',
}
const load = (changes: Record<string, string> = {}) => loadConfig(configSchema, { ...complete, ...changes })

describe('the configuration', () => {
  it('names every missing variable at once', () => {
    const load = () => loadConfig(configSchema, {})

    for (const name of Object.keys(complete)) expect(load).toThrow(name)
  })

  it('accepts a topic ARN or the word off, and nothing else', () => {
    expect(load().ENROLLMENT_COMPLETED_TOPIC_ARN).toBe(complete.ENROLLMENT_COMPLETED_TOPIC_ARN)
    expect(load({ ENROLLMENT_COMPLETED_TOPIC_ARN: 'off' }).ENROLLMENT_COMPLETED_TOPIC_ARN).toBe('off')
    for (const wrong of ['', 'none', 'arn:aws:sqs:eu-central-1:000000000000:queue']) {
      expect(() => load({ ENROLLMENT_COMPLETED_TOPIC_ARN: wrong })).toThrow('ENROLLMENT_COMPLETED_TOPIC_ARN')
    }
  })

  it('accepts a P-256 key, even with escaped line breaks', () => {
    const escaped = complete.JWT_PRIVATE_KEY.replaceAll('\n', String.raw`\n`)

    expect(load({ JWT_PRIVATE_KEY: escaped }).JWT_PRIVATE_KEY.equals(load().JWT_PRIVATE_KEY)).toBe(true)
  })

  it('refuses any other key without showing it', () => {
    for (const wrong of [pemOf('P-384'), 'sesame-sesame']) {
      expect(() => load({ JWT_PRIVATE_KEY: wrong })).toThrow('Expected a P-256 private key as PKCS #8 PEM')
      expect(() => load({ JWT_PRIVATE_KEY: wrong })).not.toThrow(wrong.slice(0, 12))
    }
  })
})
