import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'

/** A test, and why it failed or was skipped. */
export type Remark = { name: string; reason: string }
/** The results of a package's tests, in `<package>/.vitest/results.json`. `npm test` adds them up. */
export type Results = { passed: number; failed: Remark[]; skipped: Remark[] }

/** Writes {@link Results} in addition to the other reporters. Each error outside a test counts as a failed test. */
export class ResultsReporter implements Reporter {
  #directory = ''
  #results: Results = { passed: 0, failed: [], skipped: [] }

  onInit(vitest: Vitest): void {
    this.#directory = join(vitest.config.root, '.vitest')
    // Reporters do not see a failing global setup; only the exit code shows it.
    process.once('exit', (code) => {
      if (code === 0 || this.#results.failed.length > 0) return
      this.#write({ ...this.#results, failed: [{ name: 'the run', reason: `ended with ${code}, see above` }] })
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message: string }[]): void {
    const results: Results = { passed: 0, failed: [], skipped: [] }
    const fail = (name: string, [error]: readonly { message: string }[]) => {
      const [reason = ''] = error?.message.split('\n', 1) ?? []
      results.failed.push({ name, reason })
    }
    for (const error of unhandledErrors) fail('outside a test', [error])
    for (const module of modules) {
      for (const suite of [module, ...module.children.allSuites()]) {
        if (suite.errors().length > 0) fail(nameOf(suite), suite.errors())
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') results.passed++
        else if (result.state === 'failed') fail(nameOf(test), result.errors)
        else {
          const { note = 'no reason given' } = { note: undefined, ...result }
          results.skipped.push({ name: nameOf(test), reason: note })
        }
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

function nameOf(part: TestModule | TestSuite | TestCase): string {
  return part.type === 'module' ? part.relativeModuleId : `${part.module.relativeModuleId}: ${part.fullName}`
}
