/**
 * `pnpm run guards`: takes each guard of the messaging code away, one at a time, and sees a test go red. Writes guards.md.
 * Edits sources in place and puts them back, so nothing else may use them meanwhile; about forty minutes. With a word after
 * it only the guards that have the word in their name or file, and guards.md stays.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Guard, guards } from './guard-list.ts'

const [wanted = ''] = process.argv.slice(2)
const folder = new URL('../', import.meta.url)

/** Returns the name of the test that fails without the guard, null when none does. A run that made no report proves nothing: throws. */
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
      // Its package.
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
  const caughtBy = findRedTest(guard)
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
      'What the promises of this package stand on. Each line is a guard, the edit that takes it away, and the test that went red',
      'then. Written by `pnpm run guards`, which makes every edit again.',
      '',
      '| guard | edit | test |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  )
}
