/**
 * `pnpm run guards`: removes each guard of the list, one at a time, and checks that a test fails. It edits the sources in place and restores
 * them, so nothing else may use them meanwhile. It takes about forty minutes. With a word as its argument it tries only the guards with that
 * word in their name or file.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Guard, guards } from './guard-list.ts'

const [wanted = ''] = process.argv.slice(2)
const folder = new URL('../', import.meta.url)

/** Whether a test fails without the guard. Throws if the run made no report, because that proves nothing. */
function isCaught({ name, file, find, replace, test }: Guard): boolean {
  const source = new URL(`src/${file}`, folder)
  const testFile = fileURLToPath(new URL(`test/${test[0]}.test.ts`, folder))
  const original = readFileSync(source, 'utf8')
  if (!original.includes(find)) throw new Error(`${file} no longer holds the guard "${name}"`)
  try {
    writeFileSync(
      source,
      original.replace(find, () => replace),
    )
    const run = spawnSync('vitest', ['run', testFile, '-t', test[1], '--reporter=json'], {
      // The package of the test.
      cwd: dirname(dirname(testFile)),
      encoding: 'utf8',
      env: { ...process.env, COURSEWIRE_TESTS: test[0].endsWith('.fault') ? 'faults' : '' },
      timeout: 400_000,
    })
    // A run that does not end fails, too.
    if (run.status !== 0 && !run.error && !/^\{"numTotal.*\}$/m.test(run.stdout))
      throw new Error(`vitest did not run for "${name}": ${run.stdout.slice(-1_500)}${run.stderr.slice(-1_500)}`)
    return run.status !== 0
  } finally {
    writeFileSync(source, original)
  }
}

const chosen = guards.filter(({ name, file }) => `${name} ${file}`.includes(wanted))
for (const guard of chosen) {
  // A guard against a race is not needed in every run.
  const caught = isCaught(guard) || isCaught(guard) || isCaught(guard)
  process.stdout.write(`${caught ? 'red  ' : 'GREEN'}  ${guard.name}\n`)
  if (!caught) process.exitCode = 1
}
