import { existsSync } from 'node:fs'
import { defaultExclude, defineConfig } from 'vitest/config'
import { ResultsReporter } from './packages/testing/src/reporter.ts'

const conditions = ['source', 'node', 'development|production']
const globalSetup = 'test/global-setup.ts'

// Faults that take minutes are for `npm run test:faults` alone.
const faults = 'test/*.fault.test.ts'
const selection =
  process.env['COURSEWIRE_TESTS'] === 'faults'
    ? { include: [faults], testTimeout: 600_000, hookTimeout: 300_000, fileParallelism: false }
    : {
        include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
        exclude: [...defaultExclude, faults],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      }

export default defineConfig({
  // Tests run in the first of the two environments, global setups in the second.
  ssr: { resolve: { conditions } },
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    ...selection,
    // A package that needs servers says so by having this file.
    globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    reporters: ['default', new ResultsReporter()],
    passWithNoTests: true,
  },
})
