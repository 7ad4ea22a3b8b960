import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const packageDirectory = fileURLToPath(new URL('..', import.meta.url))

/** Runs vitest on these files with the reporter, as a package does, and returns the results. */
async function runTests(files: Record<string, string>): Promise<unknown> {
  const parent = join(packageDirectory, '.vitest')
  mkdirSync(parent, { recursive: true })
  const directory = mkdtempSync(join(parent, 'reporter-'))
  const config = `
    import { ResultsReporter } from '../../src/reporter.ts'
    export default { test: { include: ['tests.ts'], globalSetup: ['setup.ts'], reporters: [new ResultsReporter()] } }
  `
  const all = { 'vitest.config.ts': config, 'setup.ts': 'export const setup = () => {}', ...files }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text)
  // It exits with an error if a test fails; only the file matters here.
  await promisify(execFile)('npx', ['vitest', 'run'], { cwd: directory }).catch(() => {})
  const results = JSON.parse(readFileSync(join(directory, '.vitest/results.json'), 'utf8'))
  rmSync(directory, { recursive: true })
  return results
}

test('passed, failed and skipped tests are counted, the latter two with their reasons', async () => {
  const tests = `
    import { beforeAll, describe, expect, test } from 'vitest'
    test('passes', () => {})
    test('fails', () => expect(1).toBe(2))
    test('knows why', ({ skip }) => skip('no browser here'))
    test.skip('does not', () => {})
    describe('a suite that cannot begin', () => {
      beforeAll(() => { throw new Error('no') })
      test('never runs', () => {})
    })
  `

  expect(await runTests({ 'tests.ts': tests })).toEqual({
    passed: 1,
    failed: [
      { name: 'tests.ts: a suite that cannot begin', reason: 'no' },
      { name: 'tests.ts: fails', reason: 'expected 1 to be 2 // Object.is equality' },
    ],
    skipped: [
      { name: 'tests.ts: knows why', reason: 'no browser here' },
      { name: 'tests.ts: does not', reason: 'no reason given' },
      { name: 'tests.ts: a suite that cannot begin > never runs', reason: 'no reason given' },
    ],
  })
})

test('a file that cannot be loaded is a failure', async () => {
  expect(await runTests({ 'tests.ts': `throw new Error('no')` })).toEqual({
    passed: 0,
    failed: [{ name: 'tests.ts', reason: 'no' }],
    skipped: [],
  })
})

test('a global setup that fails is a failure', async () => {
  const files = {
    'setup.ts': `export const setup = () => { throw new Error('no') }`,
    'tests.ts': `import { test } from 'vitest'; test('passes', () => {})`,
  }

  expect(await runTests(files)).toEqual({
    passed: 0,
    failed: [{ name: 'the run', reason: 'ended with 1, see above' }],
    skipped: [],
  })
})
