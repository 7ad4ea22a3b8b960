// `npm run keys -- …`: the signing keys in the database of the running stack, or in that of DATABASE_URL, sealed by KEY_SEAL.
import { chooseDatabase, runAppCli } from './run-app-cli.ts'
import { readRunningStack, readSecrets } from './running-stack.ts'

const database = chooseDatabase(readRunningStack()?.postgres.enrollment?.databaseUrl, 'enrollment-api')
// The secrets of this machine fit its own stack only.
const seal = database['DATABASE_URL'] ? { KEY_SEAL: readSecrets().keySeal } : {}
runAppCli('enrollment-api/src/keys.ts', { ...database, ...seal })
