// `npm run audit -- …`: audit-log's CLI on the running stack, or on the database in DATABASE_URL.
import { chooseDatabase, runAppCli } from './run-app-cli.ts'
import { findRunningStack } from './running-stack.ts'

const stack = findRunningStack()
const database = chooseDatabase(stack?.postgres.audit?.databaseUrl, 'audit-log')
// Whoever names another database names its keys too.
const keys = stack && database['DATABASE_URL'] && { AUDIT_SEAL_KEY: stack.readSecrets().auditSealKey }
runAppCli('audit-log/src/cli.ts', { ...database, ...keys })
