import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { announceStack } from '@coursewire/operations'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Stack } from '../src/stack.ts'

const readme = new URL('../../../README.md', import.meta.url)

/** Returns the commands of the README, except the seed, because the catalogue is already filled. */
function readLines(): string[] {
  const [, block = ''] = /## A catalogue to look at\n[^]*?```sh\n([^]*?)```/.exec(readFileSync(readme, 'utf8')) ?? []
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('npm run seed'))
}

/** Defines tests that run the commands of the README on the running stack. */
export function describeReadme(getStack: () => Stack): void {
  const missing = ['bash', 'curl', 'jq'].filter((tool) => spawnSync(tool, ['--version']).status !== 0)

  describe('the README', () => {
    it('has commands that work unchanged, whatever the ports are', ({ skip }) => {
      if (missing.length > 0) skip(`${missing.join(', ')} is not installed`)
      const checkout = mkdtempSync(join(tmpdir(), 'coursewire-readme-'))
      onTestFinished(() => rmSync(checkout, { recursive: true }))
      mkdirSync(join(checkout, '.coursewire'))
      announceStack(getStack(), join(checkout, '.coursewire'))
      const script = ['set -euo pipefail', ...readLines()].join('\n')

      const output = execFileSync('bash', ['-c', script], { cwd: checkout, encoding: 'utf8' })

      expect(output).toContain('"nextCursor"')
      expect(output).toMatch(/HTTP\/1.1 200 OK[^]+HTTP\/1.1 202 Accepted/)
    })
  })
}
