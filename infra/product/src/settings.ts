import type { Addresses } from './app.ts'
import { type AppName, appOf, type ClientName, type DatabaseName, otherDeadLettersOf } from './product.ts'

/** Builds an app's environment without secrets. Whoever starts the app adds its host and port. */
export function settingsOf(name: AppName, at: Addresses): Record<string, string> {
  const app = appOf(name)
  return {
    DEFAULT_TENANT: at.tenant,
    // By default spans leave every five seconds. Here somebody waits for them.
    ...(at.traces && { OTEL_EXPORTER_OTLP_ENDPOINT: at.traces, OTEL_BSP_SCHEDULE_DELAY: '1000' }),
    ...((app.database || app.follows) && { KAFKA_BROKERS: at.kafkaBrokers }),
    ...(app.checksTokens && {
      JWT_ISSUER: at.publicUrlOf('enrollment-api'),
      JWT_AUDIENCE: 'coursewire',
      JWKS_URL: `${at.urlOf('enrollment-api')}/.well-known/jwks.json`,
    }),
    ...(app.callsServices && { SERVICE_CLIENT_ID: name }),
    ...(app.usesAws && {
      AWS_REGION: at.aws.region,
      ...(at.aws.endpoint && {
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_SNS: at.aws.endpoint,
        AWS_ENDPOINT_URL_SES: at.aws.endpoint,
      }),
    }),
    ...app.settings?.({
      ...at,
      otherDeadLetters: otherDeadLettersOf(name),
    }),
  }
}

/** The secrets of the machine that apps need. */
export interface AppSecrets {
  jwtPrivateKey: string
  keySeal: string
  addressHashKey: string
  auditSealKey: string
  clients: Record<ClientName, string>
}

/** Builds the secret part of an app's environment. */
export function secretSettingsOf(
  name: AppName,
  secrets: AppSecrets,
  databases: Record<DatabaseName, { databaseUrl: string }>,
): Record<string, string> {
  const app = appOf(name)
  return {
    ...(app.database && { DATABASE_URL: databases[app.database as DatabaseName].databaseUrl }),
    ...(app.callsServices && { SERVICE_CLIENT_SECRET: secrets.clients[name as ClientName] }),
    ...app.secretSettings?.(secrets),
  }
}
