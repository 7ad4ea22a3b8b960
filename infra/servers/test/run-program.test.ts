import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { runProgram } from '../src/run-program.ts'

const runScript = (script: string) => runProgram('sh', ['-c', script])

test.each([
  ['on standard error', 'echo The disk is full >&2; exit 3'],
  ['on standard output', 'echo The disk is full; exit 3'],
])('a failed program is quoted, even if it printed the reason %s', async (_, script) => {
  await expect(runScript(script)).rejects.toThrow('sh: ended with code 3 and said: The disk is full')
})

test.each([
  ['exit 3', 'sh: ended with code 3 and said nothing'],
  ['kill -9 $$', 'sh: was ended by SIGKILL and said nothing'],
])('a program that fails without output is described: %s', async (script, message) => {
  await expect(runScript(script)).rejects.toThrow(message)
})

test('a missing program and one without permission are named', async () => {
  await expect(runProgram('no-such-program', [])).rejects.toThrow('no-such-program: not found')
  await expect(runProgram(tmpdir(), [])).rejects.toThrow(`${tmpdir()}: spawn ${tmpdir()} EACCES`)
})
