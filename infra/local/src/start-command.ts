// `npm start`: the whole product on this machine, one enrolment shown on its way, until Ctrl-C.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, styleText } from 'node:util'
import { mapApps, serverPorts } from '@coursewire/product'
import { bringInFirstCourse, createTestStudent, describePlaces, firstCourse } from '@coursewire/setup'
import { createCommandRunner } from './command-runner.ts'
import { editCourse } from './editing.ts'
import { createLearner, takeJourney, watchEnrollments } from './journey.ts'
import { followLogs } from './logs.ts'
import { announceStack, withdrawStack } from './running-stack.ts'
import { claimDirectory, findOwner } from './single-start.ts'
import { type Stack, startStack } from './stack.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const directory = join(root, '.coursewire')
const ports = { ...mapApps((_, { port }) => port), ...serverPorts }
const startedAt = performance.now()

function log(line: string): void {
  console.log(`${styleText('dim', `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`)}  ${line}`)
}

const options = readOptions()
const commands = createCommandRunner(root)
let stack: Stack | undefined
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => void stop(0))

const release = claimDirectory(directory)
if (!release) {
  const running = `Coursewire is running already (process ${findOwner(directory)?.pid})`
  console.error(`${running}: see .coursewire/stack.json, or stop it with Ctrl-C there`)
  process.exit(1)
}
try {
  await start()
} catch (error) {
  if (!isStopping) {
    console.error(error instanceof Error ? error.message : error)
    await stop(1)
  }
}

async function start(): Promise<void> {
  if (options.fresh) {
    log('Forgetting all data')
    for (const part of ['data', 'run', 'secrets.json']) rmSync(join(directory, part), { recursive: true, force: true })
  }
  withdrawStack()
  log('Building')
  const isBuilt = await commands.run('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
  if (isStopping) return
  if (!isBuilt) throw new Error('The build failed')

  stack = await startStack({ directory, ports, order: ['given', 'embedded', 'docker'], log })
  if (options.logs) followLogs(join(directory, 'run'), (line) => console.log(line))
  log(`Logs: .coursewire/run/<app>/server.log`)

  log('Creating accounts, bringing in the first course')
  await createTestStudent(stack)
  const course = await bringInFirstCourse(stack)

  log(styleText('bold', 'One enrolment, the whole way'))
  const learner = await createLearner(stack)
  const { records: onKafka, close } = await watchEnrollments(stack)
  for await (const { name, details } of takeJourney(stack, { learner, courseId: firstCourse.course_id, onKafka })) {
    log(`  ${name.padEnd(18)} ${details}`)
  }
  await close()

  log(styleText('bold', 'One course, edited'))
  for await (const { name, details } of editCourse(stack, course.editor)) {
    log(`  ${name.padEnd(33)} ${details}`)
  }
  announceStack(stack)
  console.log(describePlaces(stack.urls, course.slug))
  console.log(`Addresses for scripts are in .coursewire/stack.json.
Ctrl-C stops everything; the data stays. npm start -- --fresh forgets it.
`)
}

async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  commands.interrupt()
  withdrawStack()
  if (stack) log('Stopping')
  await stack?.stop().catch((error: unknown) => console.error(error))
  release?.()
  process.exit(code)
}

function readOptions(): { fresh: boolean; logs: boolean } {
  try {
    const { values } = parseArgs({
      options: { fresh: { type: 'boolean', default: false }, logs: { type: 'boolean', default: false } },
    })
    return values
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm start [-- --fresh] [-- --logs]`,
    )
    process.exit(1)
  }
}
