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

/** Starts a process that tries to claim the directory, and returns whether it did. */
async function startOwner(): Promise<{ child: ChildProcess; answer: string }> {
  const script = fileURLToPath(new URL('owner-process.ts', import.meta.url))
  const child = spawn('node', ['--import', 'tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [answer] = await once(child.stdout, 'data')
  return { child, answer: String(answer).trim() }
}

describe('a directory', () => {
  it('belongs to one of the processes that claim it concurrently', async () => {
    const owners = await Promise.all([startOwner(), startOwner(), startOwner()])

    expect(owners.map(({ answer }) => answer).toSorted()).toEqual(['claimed', 'refused', 'refused'])
  })

  it('is free again when its owner was killed, and again only one of several gets it', async () => {
    const { child } = await startOwner()
    expect(claimDirectory(directory)).toBeNull()
    child.kill('SIGKILL')
    await once(child, 'exit')

    const owners = await Promise.all([startOwner(), startOwner()])

    expect(owners.map(({ answer }) => answer).toSorted()).toEqual(['claimed', 'refused'])
  })

  it('does not belong to a later process with the id of its owner', () => {
    mkdirSync(join(directory, 'owner'))
    const owner = { pid: process.pid, command: '/elsewhere/start-command.ts' }
    writeFileSync(join(directory, 'owner/process.json'), JSON.stringify(owner))

    expect(findOwner(directory)).toBeNull()
    expect(claimDirectory(directory)).not.toBeNull()
  })
})

describe('an announced stack', () => {
  const announced = { kafka: '127.0.0.1:9092' }
  beforeEach(() => writeFileSync(join(directory, 'stack.json'), JSON.stringify(announced)))

  it('counts as running while its owner runs', async () => {
    const { child } = await startOwner()
    expect(readRunningStack(directory)).toEqual(announced)

    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(readRunningStack(directory)).toBeNull()
  })
})
