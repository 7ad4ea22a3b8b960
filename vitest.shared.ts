import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { ResultsReporter } from './packages/testing/src/reporter.ts'

const conditions = ['source', 'node', 'development|production']
const globalSetup = 'test/global-setup.ts'

export default defineConfig({
  // Tests run in the first of the two environments, global setups in the second.
  ssr: { resolve: { conditions } },
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    // A package that needs servers says so by having this file.
    globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    reporters: ['default', new ResultsReporter()],
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
