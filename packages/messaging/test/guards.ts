/**
 * `pnpm run guards`: removes each guard of the messaging code, one at a time, checks that a test fails, and writes guards.md. It edits the
 * sources in place and restores them, so nothing else may use them meanwhile. It takes about forty minutes. With a word as its argument it
 * tries only the guards with that word in their name or file, and leaves guards.md alone.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Guard, guards } from './guard-list.ts'

const [wanted = ''] = process.argv.slice(2)
const folder = new URL('../', import.meta.url)

/** Returns the name of the test that fails without the guard, or null. Throws if the run made no report, because that proves nothing. */
function findRedTest({ name, file, find, replace, test }: Guard): string | null {
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
    if (run.status === 0) return null
    if (run.error) return `${test[1]} (does not end)`
    const [, report] = /^(\{"numTotal.*\})$/m.exec(run.stdout) ?? []
    if (!report)
      throw new Error(`vitest did not run for "${name}": ${run.stdout.slice(-1_500)}${run.stderr.slice(-1_500)}`)
    const results: { title: string; status: string }[] = JSON.parse(report).testResults.flatMap(
      (result: { assertionResults: [] }) => result.assertionResults,
    )
    return results.find(({ status }) => status === 'failed')?.title ?? `${test[1]} (does not end)`
  } finally {
    writeFileSync(source, original)
  }
}

const code = (text: string) => `\`${text.replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|') || ' '}\``
const chosen = guards.filter(({ name, file }) => `${name} ${file}`.includes(wanted))
const rows = chosen.map((guard) => {
  // A guard against a race is not needed in every run.
  const caughtBy = findRedTest(guard) ?? findRedTest(guard) ?? findRedTest(guard)
  process.stdout.write(`${caughtBy ? 'red  ' : 'GREEN'}  ${guard.name}\n`)
  if (!caughtBy) process.exitCode = 1
  const edit = `${guard.file}: ${code(guard.find)} → ${code(guard.replace)}`
  return `| ${guard.name} | ${edit} | ${caughtBy ? `${guard.test[0]}: ${caughtBy}` : '**none**'} |`
})
if (!wanted) writeGuards()

function writeGuards(): void {
  writeFileSync(
    new URL('test/guards.md', folder),
    [
      '# Guards',
      '',
      'The code that the promises of this package depend on. Each line has a guard, the edit that removes it, and the test that then',
      'fails. Written by `pnpm run guards`, which tries every edit.',
      '',
      '| guard | edit | test |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  )
}
