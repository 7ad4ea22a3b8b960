import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { readRunningStack } from '../src/running-stack.ts'
import { claimDirectory, findOwner } from '../src/single-start.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coursewire-start-'))
  return () => rmSync(directory, { recursive: true, force: true })
})

/** A process that tries to claim the directory, and whether it has. */
async function startOwner(): Promise<{ child: ChildProcess; answer: string }> {
  const script = fileURLToPath(new URL('owner-process.ts', import.meta.url))
  const child = spawn('node', ['--import', 'tsx', '--conditions=source', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [answer] = await once(child.stdout, 'data')
  return { child, answer: String(answer).trim() }
}

describe('a directory', () => {
  it('belongs to one of the processes that claim it at once', async () => {
    const owners = await Promise.all([startOwner(), startOwner(), startOwner()])

    expect(owners.map(({ answer }) => answer).toSorted()).toEqual(['claimed', 'refused', 'refused'])
  })

  it('is free again when its owner was killed, also for one of several only', async () => {
    const { child } = await startOwner()
    expect(claimDirectory(directory)).toBeNull()
    child.kill('SIGKILL')
    await once(child, 'exit')

    const owners = await Promise.all([startOwner(), startOwner()])

    expect(owners.map(({ answer }) => answer).toSorted()).toEqual(['claimed', 'refused'])
  })

  it('does not belong to a process that has the number of its owner by now', () => {
    mkdirSync(join(directory, 'owner'))
    const owner = { pid: process.pid, command: '/elsewhere/start-command.ts' }
    writeFileSync(join(directory, 'owner/process.json'), JSON.stringify(owner))

    expect(findOwner(directory)).toBeNull()
    expect(claimDirectory(directory)).not.toBeNull()
  })
})

describe('a stack that was announced', () => {
  const announced = { kafka: '127.0.0.1:9092' }
  beforeEach(() => writeFileSync(join(directory, 'stack.json'), JSON.stringify(announced)))

  it('runs while its owner does', async () => {
    const { child } = await startOwner()
    expect(readRunningStack(directory)).toEqual(announced)

    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(readRunningStack(directory)).toBeNull()
  })
})
