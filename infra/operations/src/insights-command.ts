// `npm run insights -- …`: insights' CLI on the running stack, or on the servers in MIGRATE_DATABASE_URL and KAFKA_BROKERS.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callAppCli, runAppCli } from './run-app-cli.ts'
import { findRunningStack } from './running-stack.ts'

const args = process.argv.slice(2)
const isHelp = args.includes('--help')
// Whoever names other servers names the export of their audit log too.
const isGiven = Boolean(process.env['MIGRATE_DATABASE_URL'])
const stack = isGiven || isHelp ? null : findRunningStack()
const { insights, audit } = stack?.postgres ?? {}
if (!isGiven && !isHelp && !insights?.migrateDatabaseUrl) {
  console.error(
    'Nothing is running here: run npm start or docker compose up first, or name the servers in MIGRATE_DATABASE_URL and KAFKA_BROKERS',
  )
  process.exit(1)
}
const settings = {
  ...(stack && { KAFKA_BROKERS: stack.kafka }),
  ...(insights?.migrateDatabaseUrl && { MIGRATE_DATABASE_URL: insights.migrateDatabaseUrl }),
}
const isExportDue = args[0] === 'rebuild' && audit && !args.some((arg) => arg.startsWith('--history'))
if (!isExportDue) runAppCli('insights/src/cli.ts', settings)

// Ctrl-C ends the command that runs, and then the export goes as well.
process.on('SIGINT', () => undefined)
const directory = mkdtempSync(join(tmpdir(), 'coursewire-history-'))
const file = join(directory, 'audit-log.ndjson')
process.exitCode =
  callAppCli('audit-log/src/cli.ts', ['export', file], { DATABASE_URL: audit.databaseUrl }) ||
  callAppCli('insights/src/cli.ts', [...args, `--history=${file}`], settings)
rmSync(directory, { recursive: true })
