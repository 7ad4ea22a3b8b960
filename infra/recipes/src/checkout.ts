import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { waitFor } from '@coursewire/servers'
import type { Stack } from './promises.ts'
import { applyChanges, type Step } from './recipe.ts'

/** A copy of a checkout to try things in, uncommitted changes included. */
export type Checkout = ReturnType<typeof copyCheckout>

export function copyCheckout(original: string) {
  const directory = mkdtempSync(join(tmpdir(), 'coursewire-recipes-'))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' })

  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  for (const file of execFileSync('git', listing, { cwd: original, encoding: 'utf8' }).split('\0')) {
    const source = join(original, file)
    if (file !== '' && existsSync(source)) cpSync(source, join(directory, file))
  }
  // So that pnpm and the servers are not fetched again.
  mkdirSync(join(directory, '.coursewire'))
  symlinkSync(join(original, '.coursewire/cache'), join(directory, '.coursewire/cache'))
  git('init', '--quiet')
  git('config', 'user.name', 'recipes')
  git('config', 'user.email', 'recipes@localhost')
  git('config', 'commit.gpgsign', 'false')
  commit('A checkout that runs')

  function commit(message: string): void {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }

  // A contributor's machine adds a new manifest to the lockfile; a build machine would refuse it.
  const env = { ...process.env, CI: '' }

  let current: { child: ChildProcess; closed: Promise<unknown[]> } | undefined
  let wasInterrupted = false

  function start(command: string, ...args: string[]) {
    if (wasInterrupted) throw new Error('Interrupted')
    // Its own process group, so that an interrupt also reaches what a shell has started.
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const child = spawn(command, args, { cwd: directory, env, stdio, detached: true })
    const lines: string[] = []
    for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => lines.push(line))
    const closed = once(child, 'close')
    current = { child, closed }
    return { child, lines, closed }
  }

  /** Runs shell commands at the root. If they fail, throws their output. */
  async function run(commands: string): Promise<void> {
    const { lines, closed } = start('sh', '-euc', commands)
    const [code] = await closed
    if (code !== 0) throw new Error(`${commands.trim()}\nended with ${code} and said:\n${lines.slice(-60).join('\n')}`)
  }

  return {
    directory,
    run,
    /** Follows the steps of a recipe. Returns the files that have changed, including generated ones. */
    async follow(title: string, steps: Step[]): Promise<string[]> {
      for (const step of steps) {
        if (step.kind === 'run') {
          await run(step.commands)
          continue
        }
        const file = join(directory, step.path)
        mkdirSync(dirname(file), { recursive: true })
        const text = step.kind === 'write' ? step.text : applyChanges(readFileSync(file, 'utf8'), step.changes)
        writeFileSync(file, text)
      }
      commit(title)
      return git('show', '--name-only', '--format=').trim().split('\n')
    },
    /** Starts the product as `npm start` does, hands its addresses to `work` and stops it again. */
    async whileRunning<Result>(work: (stack: Stack) => Promise<Result>): Promise<Result> {
      const announcement = join(directory, '.coursewire/stack.json')
      const { child, lines, closed } = start(process.execPath, 'infra/local/bootstrap.mjs', 'start')
      const isOver = () => existsSync(announcement) || child.exitCode !== null
      try {
        await waitFor(isOver, { timeoutMs: 300_000 }).catch(() => undefined)
        if (!existsSync(announcement))
          throw new Error(`npm start did not get ready and said:\n${lines.slice(-40).join('\n')}`)
        return await work(JSON.parse(readFileSync(announcement, 'utf8')))
      } finally {
        child.kill('SIGINT')
        await closed
      }
    },
    /** Interrupts what is running here, and waits for its end. Nothing is started after it. */
    async interrupt(): Promise<void> {
      wasInterrupted = true
      if (!current?.child.pid || current.child.exitCode !== null || current.child.signalCode !== null) return
      process.kill(-current.child.pid, 'SIGINT')
      await current.closed
    },
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  }
}
