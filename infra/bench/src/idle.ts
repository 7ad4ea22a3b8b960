import { setTimeout as sleep } from 'node:timers/promises'
import { appNames, keyOf } from '@coursewire/product'
import type { ServerProcess } from '@coursewire/servers'
import { startApps, startBare } from './app-processes.ts'
import type { Comparison, Figure, Measured } from './benchmark.ts'
import type { Environment } from './environment.ts'

/** Long enough for the compilation and garbage collection after a start. */
const SETTLE_MS = 20_000
const IDLE_MS = 10_000

/** Measures what each app costs while it is idle, and how long it takes to be ready. */
export async function createIdleComparison(environment: Environment): Promise<Comparison> {
  const stack = await startApps(environment.log)
  const bare = await startBare(stack, { name: 'bare-app', log: environment.log })
  const figures = appNames.flatMap((name): [string, Figure][] => [
    [`${name}: memory`, { unit: 'MB', aim: { atMost: 1.7 } }],
    [`${name}: CPU`, { unit: '% of a core', aim: { oursAtMost: 0.8 } }],
    // Only enrollment-api has keys to read and a password to hash before it is ready.
    [`${name}: start`, { unit: 's', aim: { atMost: name === 'enrollment-api' ? 2.2 : 1.5 } }],
  ])

  /** Starts each app alone, to measure the time; they are idle together. */
  async function measure(servers: [name: string, server: ServerProcess, url: string][]): Promise<Measured> {
    const measured: Measured = {}
    for (const [name, server] of servers) {
      await server.stop()
      const startedAt = performance.now()
      await server.restart()
      measured[`${name}: start`] = (performance.now() - startedAt) / 1000
    }
    await sleep(SETTLE_MS)
    const readAll = () =>
      Promise.all(servers.map(async ([, , url]) => ({ ...(await readUsage(url)), at: performance.now() })))
    const before = await readAll()
    await sleep(IDLE_MS)
    const after = await readAll()
    for (const [index, [name]] of servers.entries()) {
      const [first, last] = [before[index], after[index]]
      if (!first || !last) continue
      measured[`${name}: memory`] = last.memoryBytes / 1e6
      measured[`${name}: CPU`] = ((last.cpuSeconds - first.cpuSeconds) / (last.at - first.at)) * 100_000
    }
    return measured
  }

  let sides = 0
  let both = Promise.resolve<Measured>({})
  /** Measures both sides at once, because they do not disturb each other while they are idle. Each side asks for its figures. */
  function measureBoth(): Promise<Measured> {
    if (sides++ % 2 === 0) {
      both = measure([
        ...appNames.map((name): [string, ServerProcess, string] => [name, stack.apps[name], stack.urls[keyOf(name)]]),
        ['bare', bare.process, bare.url],
      ])
    }
    return both
  }

  return {
    work: 'an idle app',
    floorWork: 'a bare Fastify app with a pool of connections to Postgres',
    figures: Object.fromEntries(figures),
    ours: measureBoth,
    async floor() {
      const measured = await measureBoth()
      return Object.fromEntries(
        figures.map(([figure]) => [figure, measured[`bare: ${figure.split(': ')[1]}`] ?? Number.NaN]),
      )
    },
    async close() {
      await bare.stop()
      await stack.stop()
    },
  }
}

/** What a process has used, as its metrics say. */
export async function readUsage(url: string): Promise<{ memoryBytes: number; cpuSeconds: number }> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const read = (name: string) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1])
  return { memoryBytes: read('process_resident_memory_bytes'), cpuSeconds: read('process_cpu_seconds_total') }
}
