// `npm run mails -- …`: email-worker's CLI on the database of the running stack, or on that of DATABASE_URL.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { readRunningStack } from './running-stack.ts'

const cli = fileURLToPath(new URL('../../../apps/email-worker/src/cli.ts', import.meta.url))

const databaseUrl = process.env['DATABASE_URL'] ?? readRunningStack()?.postgres.email.databaseUrl
if (!databaseUrl && !process.argv.includes('--help')) {
  console.error('Nothing is running here: run npm start first, or name the database of email-worker in DATABASE_URL')
  process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--conditions=source', cli, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, ...(databaseUrl && { DATABASE_URL: databaseUrl }) },
  },
)
process.exit(status ?? 1)
