import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node'

/** What a package's tests came to, in `<package>/.vitest/results.json`; `npm test` adds them up. */
export type Results = { passed: number; failed: number; skipped: { name: string; reason: string }[] }

/** Writes {@link Results} beside what the other reporters do. Errors outside a test count as one failed test each. */
export class ResultsReporter implements Reporter {
  #directory = ''
  #results: Results = { passed: 0, failed: 0, skipped: [] }

  onInit(vitest: Vitest): void {
    this.#directory = join(vitest.config.root, '.vitest')
    // A failing global setup is reported to nobody: only the exit code tells.
    process.once('exit', (code) => {
      if (code !== 0 && this.#results.failed === 0) this.#write({ ...this.#results, failed: 1 })
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const results: Results = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()]
      results.failed += suites.filter((suite) => suite.errors().length > 0).length
      for (const test of module.children.allTests()) {
        const { state, note } = { note: undefined, ...test.result() }
        if (state === 'passed') results.passed++
        else if (state === 'failed') results.failed++
        else
          results.skipped.push({
            name: `${module.relativeModuleId}: ${test.fullName}`,
            reason: note ?? 'no reason given',
          })
      }
    }
    this.#write(results)
  }

  #write(results: Results): void {
    this.#results = results
    mkdirSync(this.#directory, { recursive: true })
    writeFileSync(join(this.#directory, 'results.json'), JSON.stringify(results, null, 2))
  }
}
