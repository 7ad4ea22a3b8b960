// `npm run mails -- …`: email-worker's CLI on the running stack, or on the database in DATABASE_URL.
import { tenant } from '@coursewire/product'
import { chooseDatabase, runAppCli } from './run-app-cli.ts'
import { findRunningStack } from './running-stack.ts'

const action = process.argv[2]
const stack = findRunningStack()
const needsDatabase = action !== 'preview' && action !== 'take'
const database = needsDatabase ? chooseDatabase(stack?.postgres.email?.databaseUrl, 'email-worker') : {}
// Whoever names another database names its neighbours too.
const neighbours = action === 'missing' &&
  stack &&
  database['DATABASE_URL'] && {
    DEFAULT_TENANT: tenant,
    ENROLLMENT_API_URL: stack.enrollmentApi,
    SERVICE_CLIENT_ID: 'email-worker',
    SERVICE_CLIENT_SECRET: stack.readSecrets().clients['email-worker'],
  }
const door = process.env['EMAIL_WORKER_URL'] ?? stack?.emailWorker
runAppCli('email-worker/src/cli.ts', { ...database, ...neighbours, ...(door && { EMAIL_WORKER_URL: door }) })
