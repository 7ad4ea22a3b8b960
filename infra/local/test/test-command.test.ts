import { stripVTControlCharacters } from 'node:util'
import { runProcess } from '@coursewire/operations'
import { expect, it } from 'vitest'

const script = new URL('../src/test-command.ts', import.meta.url)

it('npm test with the path of a unit test runs only that file, without any server', async () => {
  const { code, out } = await runProcess(script, {}, ['apps/email-worker/src/config.test.ts'])

  expect(stripVTControlCharacters(out)).toMatch(/Test Files +1 passed/)
  expect(out).not.toMatch(/PostgreSQL|Kafka/)
  expect(code).toBe(0)
})

it('npm test with a path that has no tests fails', async () => {
  const { code, err } = await runProcess(script, {}, ['apps/email-worker/migrations'])

  expect(err).toContain('No test files found')
  expect(code).toBe(1)
})

it('npm run test:faults with an argument says how to run one file, and runs none', async () => {
  const result = await runProcess(script, {}, ['--faults', '--help'])

  expect(result).toEqual({
    code: 2,
    out: '',
    err: 'npm run test:faults runs all fault tests; npm test -- <path> runs one file',
  })
})
