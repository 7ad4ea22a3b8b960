// `npm test`: starts the servers once, runs every check and all tests of all packages, and prints one line with the result.
// `npm run test:faults`: the same for the fault tests that take minutes, without the checks.
// `npm test -- <path>`: only the tests at that path.
import { fileURLToPath } from 'node:url'
import { startKafka, startPostgres } from '@coursewire/servers'
import { createCommandRunner } from './command-runner.ts'
import { findSilent, findTestedPackages, removeResults, sumResults } from './test-results.ts'
import { testSome } from './test-some.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const log = (line: string) => console.log(line)
const commands = createCommandRunner(root)
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, commands.interrupt)

const args = process.argv.slice(2)
const faults = args[0] === '--faults'
if (faults && args.length > 1) {
  console.error('npm run test:faults runs all fault tests; npm test -- <path> runs one file')
  process.exit(2)
}
if (!faults && args.length > 0) process.exit((await testSome(root, args, commands)) ? 0 : 1)

const packages = findTestedPackages(root, faults ? 'faults' : 'default')
removeResults(packages)
const failures = await checkAndTest()

if (commands.wasInterrupted) process.exit(130)
const { passed, failed, skipped } = sumResults(packages)
for (const { name, reason } of skipped) log(`Skipped: ${name} (${reason})`)
for (const { name, reason } of failed) log(`Failed: ${name} (${reason})`)
for (const failure of failures) log(`Failed: ${failure}`)
const allFailed = failed.length + failures.length
log(`${passed} passed, ${allFailed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exit(allFailed > 0 ? 1 : 0)

/** Returns the failures outside of single tests. */
async function checkAndTest(): Promise<string[]> {
  let servers: Awaited<ReturnType<typeof startServers>>
  try {
    servers = await startServers()
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
  const { postgres, kafka } = servers
  const environment = {
    COURSEWIRE_POSTGRES_URL: postgres.url,
    COURSEWIRE_KAFKA_BROKERS: kafka.brokers.join(','),
    ...(faults && { COURSEWIRE_TESTS: 'faults' }),
  }
  // Two packages at a time, because more would only make each other time out on a small machine.
  const tests = ['exec', 'turbo', 'run', 'test', '--concurrency=2', '--continue=dependencies-successful']
  const only = faults ? packages.map(({ name }) => `--filter=${name}`) : []
  try {
    const isChecked = faults || (await commands.run('pnpm', ['run', 'check']))
    // Packages that start the apps do not depend on them, but need them built.
    await commands.run('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
    await commands.run('pnpm', [...tests, ...only], { environment })
    const silent = findSilent(packages).map(({ name }) => `${name} ended without results`)
    return isChecked ? silent : ['npm run check', ...silent]
  } finally {
    await Promise.all([postgres.stop(), kafka.stop()])
  }
}

async function startServers() {
  const [postgres, kafka] = await Promise.all([startPostgres({ log }), startKafka({ log })])
  log(postgres.description)
  log(kafka.description)
  return { postgres, kafka }
}
