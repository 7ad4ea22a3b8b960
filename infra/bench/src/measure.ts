// Runs the benchmarks one after the other, reports progress on standard error, and prints a table or JSON at the end.
import { parseArgs } from 'node:util'
import { type Comparison, compare, type Result } from './benchmark.ts'
import { createCatalogueComparisons } from './catalogue.ts'
import { createConsumeComparison } from './consume.ts'
import { createCountingComparisons } from './counting.ts'
import { createEnrollComparisons } from './enroll.ts'
import { createEnvironment, type Environment } from './environment.ts'
import { createGenerationComparison } from './generations.ts'
import { createGrowthComparisons, createNeighbourComparison } from './growth.ts'
import { createIdleComparison } from './idle.ts'
import { createLatencyComparisons } from './latency.ts'
import { createMailComparisons } from './mail.ts'
import { createRelayComparison } from './relay.ts'
import { createSignInComparison } from './sign-ins.ts'
import { describeMachine, renderTable } from './table.ts'
import { createVariantComparison } from './variants.ts'

const benchmarks: Record<string, (environment: Environment) => Promise<Comparison[]>> = {
  relay: async (environment) => [await createRelayComparison(environment)],
  neighbour: async (environment) => [await createNeighbourComparison(environment)],
  consume: async (environment) => [await createConsumeComparison(environment)],
  latency: createLatencyComparisons,
  enroll: createEnrollComparisons,
  'sign-ins': async (environment) => [await createSignInComparison(environment)],
  catalogue: createCatalogueComparisons,
  counting: createCountingComparisons,
  mail: createMailComparisons,
  idle: async (environment) => [await createIdleComparison(environment)],
  growth: createGrowthComparisons,
  variants: async (environment) => [await createVariantComparison(environment)],
  generations: async (environment) => [await createGenerationComparison(environment)],
}

const usage = `Usage: npm run bench [-- --only ${Object.keys(benchmarks).join(',')}] [--rounds 5] [--json]`
const startedAt = performance.now()
const log = (line: string) =>
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`)

const options = readOptions()
let environment: Environment | undefined
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(130))
try {
  environment = await createEnvironment(log)
  const results: Result[] = []
  for (const name of options.only) {
    for (const comparison of (await benchmarks[name]?.(environment)) ?? []) {
      log(comparison.work)
      results.push(...(await compare(comparison, options.rounds, (line) => log(`  ${line}`))))
      await comparison.close?.()
    }
  }
  const machine = describeMachine()
  console.log(
    options.json ? JSON.stringify({ machine, rounds: options.rounds, results }, null, 2) : renderTable(results),
  )
  if (!options.json)
    console.log(
      `\n${Object.entries(machine)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    )
  await end(0)
} catch (error) {
  console.error(error)
  await end(1)
}

async function end(code: number): Promise<void> {
  await environment?.close().catch((error: unknown) => console.error(error))
  process.exit(code)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: Object.keys(benchmarks).join(',') },
        rounds: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const only = values.only.split(',')
    const unknown = only.filter((name) => !(name in benchmarks))
    if (unknown.length > 0) throw new Error(`There is no benchmark called ${unknown.join(', ')}`)
    const rounds = Number(values.rounds)
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number of at least 1')
    return { only, rounds, json: values.json }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exit(2)
  }
}
