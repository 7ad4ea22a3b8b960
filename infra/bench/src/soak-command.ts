// `npm run soak`: enrols at a steady rate while processes are restarted one after the other, by chance with `kill -9` or an orderly
// stop. At the end it checks whether anything was lost, done twice, or left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Stack, startStack } from '@coursewire/local'
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import { type LongRun, runForLong } from './long-run.ts'
import { checkOutcome, waitUntilDrained } from './soak-checks.ts'
import { createSoakLoad, type SoakLoad } from './soak-load.ts'
import { type Sample, takeSample } from './soak-samples.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const directory = join(root, '.coursewire/soak')
const BURSTS = [2_000, 4_000]
/** The highest rate for which courses are prepared. */
const HIGHEST_RATE = 100

const soaking = defineAction({
  name: 'npm run soak --',
  description:
    'Restarts one process after the other under a steady load, and asks at the end whether anything was lost',
  input: z.object({
    minutes: z.coerce.number().min(2).default(60).describe('How long'),
    rate: z.coerce
      .number()
      .min(1)
      .optional()
      .describe('Enrolments a second; without it half of what the machine carries, which is measured first'),
    every: z.coerce.number().min(1).default(10).describe('Seconds between two restarts'),
    seed: z.coerce
      .number()
      .min(0)
      .default(Math.floor(Math.random() * 1e6))
      .describe('Of chance'),
  }),
  run: (options) => runForLong((run) => soak(options, run)),
})
process.exitCode = await runCommandLine(soaking, process.argv.slice(2), terminal)

type Options = { minutes: number; rate?: number | undefined; every: number; seed: number }

async function soak(options: Options, { log, signal, onEnd }: LongRun): Promise<boolean> {
  const { minutes, every, seed } = options
  log(`Building; seed ${seed}`)
  const build = spawn('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(build, 'exit')
  if (code !== 0) throw new Error('The build failed')

  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const stack = await startStack({ directory, order: ['embedded', 'docker'], log: () => undefined })
  onEnd(() => stack.stop())
  log(stack.postgres.description)
  log(stack.kafka.description)
  const pairs = Math.ceil(minutes * 60 * (options.rate ?? HIGHEST_RATE)) + BURSTS.reduce((sum, count) => sum + count)
  const load = await createSoakLoad(stack, { pairs, log })
  const rate =
    options.rate ?? Math.min(HIGHEST_RATE, Math.floor((await measureCapacity(stack, load, { log, signal })) / 2))

  log(`Warming up for a minute at ${rate}/s`)
  await load.run({ rate, seconds: Math.min(60, minutes * 6), signal })
  await waitUntilDrained(stack, load.acknowledged)
  const before = await takeSample(stack)
  log(`At the beginning: ${describe(before)}`)

  const seconds = minutes * 60 - 60
  const isOver = new AbortController()
  const restarts = restartOneByOne(stack, { every, seed, log, signal: isOver.signal })
  await load.run({ rate, seconds, signal, onMinute: (line) => log(line) })
  isOver.abort()
  const { counts, ended } = await restarts
  log(
    `Restarts: ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  )

  await waitUntilDrained(stack, load.acknowledged)
  const after = await takeSample(stack)
  log(`At the end: ${describe(after)}`)
  const problems = [...ended, ...(await checkOutcome(stack, load, log))]
  for (const problem of problems) log(`WRONG: ${problem}`)
  log(problems.length === 0 ? 'Nothing was lost, nothing happened twice' : `${problems.length} problems found`)
  return problems.length === 0
}

/** Measures how many enrolments a second get all the way to SES without restarts. The first burst is the warm-up. */
async function measureCapacity(
  running: Stack,
  load: SoakLoad,
  { log, signal }: Pick<LongRun, 'log' | 'signal'>,
): Promise<number> {
  let perSecond = 0
  for (const count of BURSTS) {
    const begunAt = performance.now()
    await load.burst(count, signal)
    await waitUntilDrained(running, load.acknowledged)
    perSecond = (count * 1_000) / (performance.now() - begunAt)
    log(`A burst of ${count} enrolments got to SES at ${perSecond.toFixed(0)}/s`)
  }
  return perSecond
}

/**
 * Restarts a process every few seconds. The seed determines which one, and how. Returns how often each was restarted, and which ended by
 * themselves; those are started again, as a supervisor would do.
 */
async function restartOneByOne(
  running: Stack,
  { every, seed, log, signal }: { every: number; seed: number } & Pick<LongRun, 'log' | 'signal'>,
): Promise<{ counts: Record<string, number>; ended: string[] }> {
  const random = createRandom(seed)
  const processes = { ...running.apps, kafka: running.kafka, postgres: running.postgres }
  // The apps keep our promises, so they are restarted more often than the servers.
  const names = [
    ...Object.keys(running.apps),
    ...Object.keys(running.apps),
    'kafka',
    'postgres',
  ] as (keyof typeof processes)[]
  const counts: Record<string, number> = {}
  const ended: string[] = []
  while (!signal.aborted) {
    const name = names[Math.floor(random() * names.length)] ?? 'kafka'
    const isKilled = random() < 0.5
    counts[name] = (counts[name] ?? 0) + 1
    const target = processes[name]
    const nextAt = performance.now() + every * 1_000
    for (const [app, server] of Object.entries(running.apps)) {
      if (server.pid !== undefined) continue
      ended.push(`${app} ended by itself`)
      log(`${app} ended by itself`)
      await server.restart()
    }
    if (isKilled) await target.kill()
    await target.restart()
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => undefined)
  }
  return { counts, ended }
}

/** Mulberry32. It gives the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function describe({ processes, connections, lag, outbox }: Sample): string {
  const each = Object.entries(processes).map(([name, { rssMiB, files }]) => `${name} ${rssMiB} MiB, ${files} files`)
  return `${each.join('; ')}; ${connections} database connections, lag ${lag}, outbox ${outbox}`
}
