import type { z } from 'zod'
import { openResources } from './closer.ts'
import { loadConfig, migrateConfig, type Service } from './config.ts'
import { type Database, type Migrations, migrate, withDatabase } from './database.ts'
import type { HttpApp } from './http/app.ts'
import { createLogger, type Logger } from './logger.ts'
import { runProcess, runTask } from './process.ts'
import { openTracing } from './tracing.ts'

/** The parts every service is made of, each in the file of the same name. */
interface ServiceParts<Config, Context> {
  service: Service
  configSchema: z.ZodType<Config>
  createContext: (config: Config, logger: Logger) => Promise<Context>
  buildApp: (ctx: Context) => Promise<HttpApp>
}

type Listening = { HOST: string; PORT: number; LOG_LEVEL: string }
/** A context, with its messaging if it has any: that begins when requests can be answered. */
type Running = { messaging?: { start(): void }; close(): Promise<void> }

/** The whole main program of a service, from reading its configuration to the end of the process. */
export function runService<Config extends Listening, Context extends Running>(
  { service, configSchema, createContext, buildApp }: ServiceParts<Config, Context>,
  env: NodeJS.ProcessEnv,
): void {
  const logger = createLogger({ service: service.name, version: service.version, level: 'info' })
  runProcess({
    logger,
    start: () =>
      openResources(async (adopt) => {
        const config = loadConfig(configSchema, env)
        logger.level = config.LOG_LEVEL
        adopt(await openTracing(service, env, logger), (opened) => opened.close())
        const ctx = adopt(await createContext(config, logger), (opened) => opened.close())
        const app = adopt(await buildApp(ctx), (built) => built.close())
        await app.listen({ host: config.HOST, port: config.PORT })
        ctx.messaging?.start()
        return {}
      }),
  })
}

/** Prints the OpenAPI document, made from the routes. Needs no server; `env` holds what only this service must be told. */
export async function printOpenApi<Config, Context extends Running>(
  { configSchema, createContext, buildApp }: ServiceParts<Config, Context>,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const config = loadConfig(configSchema, { ...anyEnvironment, ...env })
  const ctx = await createContext(config, createLogger({ service: 'docs', level: 'silent' }))
  const app = await buildApp(ctx)
  await app.ready()
  process.stdout.write(`${JSON.stringify(app.swagger(), null, 2)}\n`)
  await app.close()
  await ctx.close()
}

const anyEnvironment = {
  DATABASE_URL: 'postgres://localhost/none',
  KAFKA_BROKERS: 'localhost:9092',
  JWT_ISSUER: 'none',
  JWT_AUDIENCE: 'none',
  JWKS_URL: 'http://localhost/none',
  DEFAULT_TENANT: 'none',
}

/** The whole program that migrates a service's database. Afterwards `fill` writes what SQL cannot work out. */
export function runMigrations(
  migrations: Migrations[],
  env: NodeJS.ProcessEnv,
  fill?: (db: Database) => Promise<void>,
): Promise<void> {
  return runTask(async () => {
    const { MIGRATE_DATABASE_URL: url } = loadConfig(migrateConfig, env)
    await migrate(url, migrations)
    if (fill) await withDatabase('migrate', url, fill)
  })
}
