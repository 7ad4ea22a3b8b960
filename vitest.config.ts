import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defaultExclude, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { ResultsReporter } from './packages/testing/src/reporter.ts'

// vitest looks for this file upwards: in a package's folder it tests that package, here it tests all of them.
const root = import.meta.dirname
const folders = process.cwd() === root ? findPackages() : [process.cwd()]

const faults = 'test/*.fault.test.ts'

export default defineConfig({
  test: { projects: folders.flatMap(createProjects), reporters: ['default', new ResultsReporter()] },
})

function findPackages(): string[] {
  return ['apps', 'packages', 'infra'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(root, group, name))
      .filter((folder) => existsSync(join(folder, 'package.json'))),
  )
}

function createProjects(folder: string): TestProjectInlineConfiguration[] {
  const create = (kind: string, test: TestProjectInlineConfiguration['test']) => ({
    root: folder,
    test: { name: `${basename(folder)} ${kind}`, ...test },
  })
  // A package whose tests need servers has this file.
  const globalSetup = join(folder, 'test/global-setup.ts')
  const servers = { globalSetup: existsSync(globalSetup) ? [globalSetup] : [] }
  // This one runs before each file of tests in `test/`.
  const setup = join(folder, 'test/setup.ts')
  // Faults that take minutes are for `npm run test:faults` alone.
  if (process.env['COURSEWIRE_TESTS'] === 'faults') {
    const patience = { testTimeout: 600_000, hookTimeout: 300_000, fileParallelism: false }
    return [create('faults', { include: [faults], ...servers, ...patience })]
  }
  // Tests wait for outcomes, and say which one did not come. This ends what hangs, also on a machine that is seven times slower.
  const patience = { testTimeout: 240_000, hookTimeout: 240_000 }
  return [
    create('unit', { include: ['src/**/*.test.{ts,tsx}'], ...patience }),
    create('integration', {
      include: ['test/**/*.test.{ts,tsx}'],
      exclude: [...defaultExclude, faults],
      ...servers,
      setupFiles: existsSync(setup) ? [setup] : [],
      ...patience,
    }),
  ]
}
