// `npm run keys -- …`: the signing keys in the database of the running stack, or in that of DATABASE_URL, sealed by KEY_SEAL.
import { chooseDatabase, runAppCli } from './run-app-cli.ts'
import { findRunningStack } from './running-stack.ts'

const stack = findRunningStack()
const database = chooseDatabase(stack?.postgres.enrollment?.databaseUrl, 'enrollment-api')
// Whoever names another database names its seal too.
const seal = stack && database['DATABASE_URL'] && { KEY_SEAL: stack.readSecrets().keySeal }
runAppCli('enrollment-api/src/keys.ts', { ...database, ...seal })
