import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { CommandRunner } from './command-runner.ts'

/**
 * Runs the tests that vitest selects with these arguments, and starts only the servers that their package needs. With `--watch` they run
 * again whenever a file that they import changes. Returns false if a test failed.
 */
export async function testSome(root: string, args: string[], commands: CommandRunner): Promise<boolean> {
  const paths = args.filter((arg) => existsSync(resolve(root, arg)))
  const packages = new Set(paths.map((path) => findPackage(root, path)))
  // vitest starts faster in the folder of one package than at the root, where it prepares all of them.
  const [folder = root] = packages.size === 1 ? packages : []
  const selection = args.map((arg) => (paths.includes(arg) ? relative(folder, resolve(root, arg)) || '.' : arg))

  // Tests below infra use the build.
  const needsBuild = paths.length === 0 || paths.some((path) => /^(infra|$)/.test(relative(root, resolve(root, path))))
  const build = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']
  if (needsBuild && !(await commands.run('pnpm', build))) return false
  const watches = args.includes('--watch')
  // Without the reporter that writes results: those of `npm test` are kept, one of whose tests may have started this.
  const options = ['--reporter=default', ...(watches ? [] : ['--run'])]
  return commands.run('pnpm', ['exec', 'vitest', ...options, ...selection], {
    folder,
    isInteractive: watches,
    environment: paths.some((path) => path.includes('.fault.test.')) ? { COURSEWIRE_TESTS: 'faults' } : {},
  })
}

/** Returns `<root>/<group>/<package>`, or the root if the path is above the packages. */
function findPackage(root: string, path: string): string {
  const [group = '', name] = relative(root, resolve(root, path)).split('/')
  return name ? resolve(root, group, name) : root
}
