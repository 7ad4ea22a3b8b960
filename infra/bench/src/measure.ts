// Runs the benchmarks one after the other, reports progress on standard error, and prints a table or JSON at the end.
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import { type Comparison, compare, type Result } from './benchmark.ts'
import { createBrowserComparisons } from './browser.ts'
import { createCatalogueComparisons } from './catalogue.ts'
import { createConsumeComparisons } from './consume.ts'
import { createCountingComparisons } from './counting.ts'
import { createEnrollComparisons, createSlowDiskComparison } from './enroll.ts'
import { createEnvironment, type Environment } from './environment.ts'
import { createGenerationComparison } from './generations.ts'
import { createGrowthComparisons, createNeighbourComparison } from './growth.ts'
import { createIdleComparison } from './idle.ts'
import { createLatencyComparisons } from './latency.ts'
import { createMailComparisons } from './mail.ts'
import { createPageComparisons } from './pages.ts'
import { createRefreshComparison } from './refresh.ts'
import { createRelayComparisons } from './relay.ts'
import { createSignInComparisons } from './sign-ins.ts'
import { describeMachine, renderCpuTable, renderTable } from './table.ts'
import { createVariantComparison } from './variants.ts'

const benchmarks: Record<string, (environment: Environment) => Promise<Comparison[]>> = {
  relay: createRelayComparisons,
  neighbour: async (environment) => [await createNeighbourComparison(environment)],
  consume: createConsumeComparisons,
  latency: createLatencyComparisons,
  enroll: createEnrollComparisons,
  'slow-disk': createSlowDiskComparison,
  'sign-ins': createSignInComparisons,
  refresh: async (environment) => [await createRefreshComparison(environment)],
  catalogue: createCatalogueComparisons,
  counting: createCountingComparisons,
  web: createPageComparisons,
  browser: createBrowserComparisons,
  mail: createMailComparisons,
  idle: async (environment) => [await createIdleComparison(environment)],
  growth: createGrowthComparisons,
  variants: async (environment) => [await createVariantComparison(environment)],
  generations: async (environment) => [await createGenerationComparison(environment)],
}

const names = Object.keys(benchmarks)
const startedAt = performance.now()
const log = (line: string) =>
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`)

let environment: Environment | undefined
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(130))

const bench = defineAction({
  name: 'npm run bench --',
  description: 'Measures what the product costs, beside the barest way to do the same work',
  input: z.object({
    only: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.enum(names)))
      .prefault(names.join(','))
      .describe('Which benchmarks, with commas'),
    rounds: z.coerce.number().int().min(1).default(5).describe('How often each is measured'),
    json: z.boolean().default(false).describe('As JSON'),
  }),
  async run({ only, rounds, json }) {
    environment = await createEnvironment(log)
    const results: Result[] = []
    for (const name of only) {
      for (const comparison of (await benchmarks[name]?.(environment)) ?? []) {
        log(comparison.work)
        results.push(...(await compare(comparison, rounds, (line) => log(`  ${line}`))))
        await comparison.close?.()
      }
    }
    const machine = describeMachine()
    if (json) return console.log(JSON.stringify({ machine, rounds, results }, null, 2))
    const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
    console.log(`${renderTable(results)}\n\n${renderCpuTable(results)}\n\n${facts.join(', ')}`)
  },
})
await end(await runCommandLine(bench, process.argv.slice(2), terminal))

async function end(code: number): Promise<void> {
  await environment?.close().catch((error: unknown) => console.error(error))
  process.exit(code)
}
