export { AppError, type AppErrorKind } from './app-error.ts'
export { createQuerySender, encodeQuery } from './aws-query.ts'
export { createBatcher } from './batcher.ts'
export {
  type Action,
  type CommandLine,
  defineAction,
  explain,
  momentInput,
  runCommandLine,
  type Terminal,
  terminal,
  UsageError,
} from './cli.ts'
export { type Moment, now } from './clock.ts'
export { type Adopt, openResources } from './closer.ts'
export { baseConfig, baseUrl, commaList, kafkaConfig, loadConfig, migrateConfig, tokenConfig } from './config.ts'
export {
  assertWritable,
  createDatabase,
  createPool,
  type Database,
  type Migrations,
  migrate,
  queryNamed,
  type Session,
  type Transaction,
  withDatabase,
  withSession,
} from './database.ts'
export type { Access, Caller, Role } from './http/access.ts'
export { createHttpApp, type HttpApp } from './http/app.ts'
export { namesEntity } from './http/entity-tags.ts'
export type { ShowProblem } from './http/errors.ts'
export { pageLimit, pageOf, toPage } from './http/paging.ts'
export { assertFresh, ifMatch, requireIfMatch } from './http/preconditions.ts'
export { describeProblem } from './http/problem.ts'
export { createLogger, type Logger } from './logger.ts'
export { moment, readMoment } from './moment.ts'
export { type Fault, findFault } from './outage.ts'
export { createOutageLog, type OutageLog } from './outage-log.ts'
export { endProcess, runProcess, runTask } from './process.ts'
export { createReadinessCheck } from './readiness.ts'
export { printOpenApi, runMigrations, runService } from './service.ts'
export { createServiceClient, type ServiceAnswer, type ServiceClient } from './service-client.ts'
export { assertOwnSessions, buildSessionOptions } from './sessions.ts'
export { formatRecord, formatTable, toPrintable } from './table.ts'
export { startTicking } from './ticker.ts'
export {
  activeTraceparent,
  CORRELATION_ID,
  failSpan,
  inSpan,
  inSpans,
  isTracing,
  openTracing,
  readTraceparent,
  type TracedItem,
  toTraceparent,
  traceIdOf,
} from './tracing.ts'
export { createTurns, type Place, type TakeTurn } from './turns.ts'
export { createWaiter } from './waiter.ts'
