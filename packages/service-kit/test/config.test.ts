import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { baseConfig, loadConfig, tokenConfig } from '../src/index.ts'

const complete = {
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/app',
  KAFKA_BROKERS: 'a:9092, b:9092',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'coursewire',
  JWKS_URL: 'http://127.0.0.1:3000/.well-known/jwks.json',
  DEFAULT_TENANT: 'house',
}

describe('the configuration', () => {
  it('comes from the environment, with defaults', () => {
    const config = loadConfig(z.object({ ...baseConfig, ...tokenConfig }), {
      ...complete,
      TENANT_HOSTS: 'Acme.test=acme,b.test=b',
      TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1',
      OTHER: '1',
    })

    expect(config).toEqual({
      ...complete,
      HOST: '127.0.0.1',
      PORT: 3000,
      LOG_LEVEL: 'info',
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      KAFKA_SSL: false,
      TENANT_HOSTS: new Map([
        ['acme.test', 'acme'],
        ['b.test', 'b'],
      ]),
      TRUST_PROXY: ['127.0.0.1', '10.0.0.0/8', '::1'],
    })
  })

  it('reports all problems at once', () => {
    const env = {
      ...complete,
      PORT: 'eighty',
      KAFKA_SSL: 'maybe',
      DATABASE_URL: 'http://db',
      TENANT_HOSTS: 'acme',
      TRUST_PROXY: 'everybody',
    }
    const load = () => loadConfig(z.object({ ...baseConfig, ...tokenConfig }), { ...env, DEFAULT_TENANT: undefined })

    for (const name of ['PORT', 'KAFKA_SSL', 'DATABASE_URL', 'TENANT_HOSTS', 'TRUST_PROXY', 'DEFAULT_TENANT']) {
      expect(load).toThrow(name)
    }
    expect(load).not.toThrow('JWKS_URL')
  })

  it('never shows a value, which may be a secret', () => {
    const schema = z.object({ DATABASE_URL: baseConfig.DATABASE_URL })

    expect(() => loadConfig(schema, { DATABASE_URL: 'hunter2' })).toThrow(/^(?![^]*hunter2)/)
  })

  it('treats an empty variable as missing', () => {
    const schema = z.object({ PORT: baseConfig.PORT, JWT_ISSUER: tokenConfig.JWT_ISSUER })

    expect(() => loadConfig(schema, { PORT: '', JWT_ISSUER: '' })).toThrow('JWT_ISSUER')
    expect(loadConfig(schema, { PORT: '', JWT_ISSUER: 'a' }).PORT).toBe(3000)
  })

  it('reads the word false as false', () => {
    const schema = z.object({ KAFKA_SSL: baseConfig.KAFKA_SSL })

    expect(loadConfig(schema, { KAFKA_SSL: 'false' })).toEqual({ KAFKA_SSL: false })
  })
})
