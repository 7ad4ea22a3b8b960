// `npm run rolling`: runs two instances of each app behind a load balancer and replaces them one after the other under load, from an
// earlier commit to this one and back. Every request must be answered, if only by a 503 that asks to try again. At the end the same
// checks as after a soak look for anything that was lost or done twice.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type AppStarter, type Base, startBase } from '@coursewire/local'
import { type AppName, appNames, keyOf } from '@coursewire/product'
import { findFreePort, type ServerProcess } from '@coursewire/servers'
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { migrate } from '@coursewire/setup'
import { z } from 'zod'
import { startBalancer } from './balancer.ts'
import { type LongRun, runForLong } from './long-run.ts'
import { checkOutcome, waitUntilDrained } from './soak-checks.ts'
import { createSoakLoad, type SoakLoad } from './soak-load.ts'
import { signTokens } from './students.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const directory = join(root, '.coursewire/rolling')
const checkout = join(directory, 'previous')
/** The time between two restarts. */
const PAUSE_MS = 3_000
const SECONDS_A_ROUND = 180

const rolling = defineAction({
  name: 'npm run rolling --',
  description: 'Replaces one instance after the other under load, from an earlier commit to this one and back',
  input: z.object({
    from: z.string().default('HEAD~1').describe('The earlier commit'),
    rate: z.coerce.number().min(1).default(20).describe('Enrolments a second'),
    rounds: z.coerce.number().min(1).default(1).describe('How often there and back'),
  }),
  run: (options) => runForLong((run) => roll(options, run)),
})
process.exitCode = await runCommandLine(rolling, process.argv.slice(2), terminal)

type Options = { from: string; rate: number; rounds: number }

async function roll({ from, rate, rounds }: Options, { log, signal, onEnd }: LongRun): Promise<boolean> {
  removeCheckout()
  onEnd(removeCheckout)
  mkdirSync(directory, { recursive: true })
  const [before, now] = [describeCommit(from), describeCommit('HEAD')]
  log(`Building ${before} and ${now}`)
  execFileSync('git', ['worktree', 'add', '--detach', '--force', checkout, from], { cwd: root, stdio: 'ignore' })
  await run(checkout, 'install', '--frozen-lockfile', '--reporter=silent')
  for (const folder of [checkout, root]) await run(folder, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only')

  const base = await startBase({
    directory,
    order: ['embedded', 'docker'],
    checkout,
    // An earlier distribution-service reads PUBLIC_BASE_URL where this one reads WEB_URL.
    environment: { LOG_LEVEL: 'warn', PUBLIC_BASE_URL: 'http://localhost' },
    log: () => undefined,
  })
  onEnd(() => base.stop())
  log(`Starting two instances of each app of ${before}`)
  const instances = await startInstances(base)
  const load = await createSoakLoad(base, { pairs: rate * rounds * SECONDS_A_ROUND, log })

  const over = new AbortController()
  signal.addEventListener('abort', () => over.abort())
  const running = Promise.all([
    load.run({ rate, seconds: rounds * SECONDS_A_ROUND, signal: over.signal }),
    readCourses(base, load, over.signal),
  ])
  // The error is reported where `running` is awaited.
  running.catch(() => over.abort())
  await pause(signal)
  log('Migrating')
  await migrate(base.databases, root)
  for (let round = 0; round < rounds; round += 1) {
    for (const { title, version } of [
      { title: now, version: undefined },
      { title: before, version: checkout },
    ]) {
      for (const instance of instances) {
        await pause(signal)
        log(`${instance.name} becomes ${title}`)
        await instance.replace(version)
      }
    }
  }
  await pause(signal)
  over.abort()
  await running

  await waitUntilDrained(base, load.acknowledged)
  const answers = [...load.outcomes].map(([outcome, count]) => `${outcome} ${count}`).toSorted()
  log(`Answers: ${answers.join(', ')}`)
  const wrong = [...load.outcomes.keys()].filter((outcome) => !['200', '201', '503'].includes(outcome))
  const problems = [
    ...wrong.map((outcome) => `${load.outcomes.get(outcome)} were answered with ${outcome}`),
    ...(await checkOutcome(base, load, log)),
  ]
  for (const problem of problems) log(`WRONG: ${problem}`)
  log(
    problems.length === 0
      ? 'No request failed, nothing was lost, nothing happened twice'
      : `${problems.length} problems found`,
  )
  return problems.length === 0
}

/** Plays an editor who reads a course all the time. */
async function readCourses(running: Base, { outcomes }: SoakLoad, signal: AbortSignal): Promise<void> {
  const [token] = await signTokens(running, ['editor'], 'editor')
  const url = `${running.urls.distributionService}/api/distributions?courseId=soak-0`
  while (!signal.aborted) {
    const outcome = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).then(
      async (response) => {
        await response.arrayBuffer()
        return String(response.status)
      },
      ({ cause }) => String(cause?.code ?? cause),
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    await sleep(20)
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return sleep(PAUSE_MS, undefined, { signal })
}

interface Instance {
  name: string
  /** Takes the instance out of the load balancer, stops it, and starts the app of another checkout, or ours, in its place. */
  replace(version: string | undefined): Promise<void>
}

async function startInstances({ startApp, urls }: Base & AppStarter): Promise<Instance[]> {
  // An app that the earlier commit has not has no place to come back to.
  const apps = appNames.filter((app) => existsSync(join(checkout, 'apps', app)))
  const started = await Promise.all(
    apps.map(async (app) => {
      const ports = new Set([await findFreePort(), await findFreePort()])
      await startBalancer(Number(new URL(urls[keyOf(app)]).port), ports)
      return [...ports].map((port, index) => startInstance(app, port, `${app}-${index + 1}`, ports))
    }),
  )
  return Promise.all(started.flat())

  async function startInstance(app: AppName, port: number, name: string, serving: Set<number>): Promise<Instance> {
    const start = (version: string | undefined): Promise<ServerProcess> =>
      startApp(app, { port, name, ...(version && { checkout: version }) })
    let process = await start(checkout)
    return {
      name,
      async replace(version) {
        // As in every deployment, because the system resets a connection that arrives while the listener closes.
        serving.delete(port)
        await process.stop()
        process = await start(version)
        serving.add(port)
      },
    }
  }
}

async function run(cwd: string, ...args: string[]): Promise<void> {
  const [code] = await once(spawn('pnpm', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }), 'exit')
  if (code !== 0) throw new Error(`pnpm ${args.join(' ')} failed in ${cwd}`)
}

function describeCommit(revision: string): string {
  try {
    return execFileSync('git', ['log', '-1', '--format=%h', revision, '--'], { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    throw new Error(`There is no commit ${revision} here; name another with --from`)
  }
}

function removeCheckout(): void {
  if (existsSync(checkout)) execFileSync('git', ['worktree', 'remove', '--force', checkout], { cwd: root })
  rmSync(directory, { recursive: true, force: true })
}
