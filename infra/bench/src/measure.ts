// Runs the benchmarks one after the other, reports progress on standard error, and prints a table or JSON at the end.
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import { stopApps } from './app-processes.ts'
import { createAuditComparison, createStoryComparison } from './audit.ts'
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
import { createFunnelComparison, createInsightsComparison } from './insights.ts'
import { createLatencyComparisons } from './latency.ts'
import { type LongRun, runForLong } from './long-run.ts'
import { createMailComparisons } from './mail.ts'
import { describeOptions, printMeasured } from './measuring.ts'
import { createPageComparisons } from './pages.ts'
import { createRecommendationComparison } from './recommendations.ts'
import { createRefreshComparison } from './refresh.ts'
import { createRelayComparisons } from './relay.ts'
import { createRenderingComparison } from './rendering.ts'
import { createScaleComparison } from './scale.ts'
import { createSignInComparisons } from './sign-ins.ts'
import { createSpansComparisons } from './spans.ts'
import { renderCpuTable, renderTable } from './table.ts'
import { createVariantComparison } from './variants.ts'

const benchmarks: Record<string, (environment: Environment) => Promise<Comparison[]>> = {
  relay: createRelayComparisons,
  neighbour: async (environment) => [await createNeighbourComparison(environment)],
  consume: createConsumeComparisons,
  audit: async (environment) => [await createAuditComparison(environment)],
  story: async (environment) => [await createStoryComparison(environment)],
  insights: async (environment) => [await createInsightsComparison(environment)],
  funnel: async (environment) => [await createFunnelComparison(environment)],
  latency: createLatencyComparisons,
  enroll: createEnrollComparisons,
  'slow-disk': createSlowDiskComparison,
  'sign-ins': createSignInComparisons,
  refresh: async (environment) => [await createRefreshComparison(environment)],
  catalogue: createCatalogueComparisons,
  counting: createCountingComparisons,
  recommendations: async (environment) => [await createRecommendationComparison(environment)],
  web: createPageComparisons,
  browser: createBrowserComparisons,
  mail: createMailComparisons,
  rendering: async () => [await createRenderingComparison()],
  spans: createSpansComparisons,
  idle: async (environment) => [await createIdleComparison(environment)],
  scale: async (environment) => [createScaleComparison(environment)],
  growth: createGrowthComparisons,
  variants: async (environment) => [await createVariantComparison(environment)],
  generations: async (environment) => [await createGenerationComparison(environment)],
}

const bench = defineAction({
  name: 'npm run bench --',
  description: 'Measures what the product costs, beside the barest way to do the same work',
  input: z.object(describeOptions(Object.keys(benchmarks), 'benchmarks')),
  run: (options) => runForLong((run) => measure(options, run), console.error),
})
process.exitCode = await runCommandLine(bench, process.argv.slice(2), terminal)

type Options = { only: string[]; rounds: number; json: boolean }

async function measure({ only, rounds, json }: Options, { log, signal, onEnd }: LongRun): Promise<boolean> {
  const environment = await createEnvironment(log)
  onEnd(() => environment.close())
  onEnd(stopApps)
  const results: Result[] = []
  const failures: Record<string, string> = {}
  for (const name of only) {
    try {
      for (const comparison of (await benchmarks[name]?.(environment)) ?? []) {
        log(comparison.work)
        results.push(...(await compare(comparison, rounds, (line) => log(`  ${line}`))))
        await comparison.close?.()
      }
    } catch (error) {
      if (signal.aborted) throw error
      // The hour that the others take is not lost.
      console.error(error)
      failures[name] = error instanceof Error ? error.message : String(error)
      await stopApps()
    }
  }
  printMeasured({
    json,
    measured: { rounds, results },
    failures,
    tables: [renderTable(results), renderCpuTable(results)],
  })
  return Object.keys(failures).length === 0
}
