import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { loadConfig } from '@coursewire/service-kit'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { type AppName, appNames, appOf } from '../src/product.ts'
import { secretSettingsOf, settingsOf } from '../src/settings.ts'
import { surroundingsHere } from '../src/surroundings.ts'

/** The SDK itself reads these. */
const readBySdk = /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|ENDPOINT_URL_(SNS|SES))$/

const anything = <Value>(value: Value) => new Proxy({} as Record<string, Value>, { get: () => value })

function declaredSettings(app: AppName): Record<string, string> {
  const urlOf = (name: string) => `http://${name}.test`
  const at = {
    kafkaBrokers: 'kafka.test:9092',
    proxies: '127.0.0.1',
    ...surroundingsHere('http://aws.test'),
    urlOf,
    publicUrlOf: urlOf,
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwtPrivateKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const aSecret = () => randomBytes(32).toString('base64url')
  const secrets = {
    jwtPrivateKey,
    keySeal: aSecret(),
    addressHashKey: aSecret(),
    auditSealKey: jwtPrivateKey,
    clients: anything('a secret'),
  }
  return { ...settingsOf(app, at), ...secretSettingsOf(app, secrets, anything({ databaseUrl: 'postgresql://test/' })) }
}

async function loadSchema(app: AppName): Promise<z.ZodObject> {
  const { href } = new URL(`../../../apps/${app}/src/config.ts`, import.meta.url)
  return ((await import(href)) as { configSchema: z.ZodObject }).configSchema
}

test.each(appNames)('%s knows all its settings, and gets every required one', async (app) => {
  const schema = await loadSchema(app)
  const settings = declaredSettings(app)
  const known = [...Object.keys(settings), ...(appOf(app).fromShell ?? [])]

  expect(known.filter((name) => !(name in schema.shape) && !readBySdk.test(name))).toEqual([])
  expect(() => loadConfig(schema, settings)).not.toThrow()
})
