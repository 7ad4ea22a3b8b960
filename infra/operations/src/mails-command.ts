// `npm run mails -- …`: email-worker's CLI on the database of the running stack, or on that of DATABASE_URL.
import { chooseDatabase, runAppCli } from './run-app-cli.ts'
import { readRunningStack } from './running-stack.ts'

runAppCli(
  'email-worker/src/cli.ts',
  process.argv[2] === 'preview' ? {} : chooseDatabase(readRunningStack()?.postgres.email?.databaseUrl, 'email-worker'),
)
