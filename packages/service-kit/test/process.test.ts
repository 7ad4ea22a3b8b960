import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'

const script = new URL('./process-child.ts', import.meta.url).pathname

const args = ['--disable-warning=ExperimentalWarning', '--import', 'tsx', script]

/** Runs the child in `mode` and sends the signals as soon as it has logged `signalAt`. */
async function run(mode: string, signalAt = '', signals: NodeJS.Signals[] = []) {
  const child = spawn(process.execPath, [...args, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const messages: string[] = []
  for await (const line of createInterface(child.stdout)) {
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { message: string } }
    messages.push(err ? `${msg}: ${err.message}` : msg)
    if (msg === signalAt) for (const signal of signals) child.kill(signal)
  }
  const [code] = await exited
  return { code, messages }
}

it.each<[NodeJS.Signals[]]>([[['SIGTERM']], [['SIGINT']], [['SIGINT', 'SIGINT', 'SIGTERM']]])(
  'closes once on %s and ends by itself',
  async (signals) => {
    expect(await run('', 'Started', signals)).toEqual({ code: 0, messages: ['Started', 'Closing', 'Stopped'] })
  },
)

it('tells a running start to stop, and closes what it opened', async () => {
  expect(await run('start-waits', 'Waiting', ['SIGTERM'])).toEqual({
    code: 0,
    messages: ['Waiting', 'Told to stop', 'Started', 'Closing', 'Stopped'],
  })
})

it('ends with 0 if a start gives up because it was told to', async () => {
  expect(await run('start-gives-up', 'Waiting', ['SIGTERM'])).toEqual({ code: 0, messages: ['Waiting', 'Stopped'] })
})

it('logs a failed start and ends with 1', async () => {
  expect(await run('start-fails')).toEqual({ code: 1, messages: ['Start failed: start broke', 'Stopped'] })
})

it('closes and ends with 1 after an unhandled rejection', async () => {
  expect(await run('rejects')).toEqual({
    code: 1,
    messages: ['Started', 'Unhandled rejection: nobody cares', 'Closing', 'Stopped'],
  })
})

it('ends with 1 if closing fails, although something is still open', async () => {
  expect(await run('close-fails', 'Started', ['SIGTERM'])).toEqual({
    code: 1,
    messages: ['Started', 'Closing', 'Close failed: close broke', 'Close took too long'],
  })
})

it('ends with 0 although the close left something running', async () => {
  expect(await run('close-leaves-something', 'Started', ['SIGTERM'])).toEqual({
    code: 0,
    messages: ['Started', 'Closing', 'Stopped'],
  })
})

it('waits for a slow close', async () => {
  expect(await run('close-takes-14-seconds', 'Started', ['SIGTERM'])).toEqual({
    code: 0,
    messages: ['Started', 'Closing', 'Stopped'],
  })
})

it('does not wait forever for a close that hangs', async () => {
  expect(await run('close-hangs', 'Started', ['SIGTERM'])).toEqual({
    code: 1,
    messages: ['Started', 'Closing', 'Close took too long'],
  })
})

it.each(['exits', 'throws', 'is-killed-after-a-fatal-line'])('loses no line of a process that %s', async (mode) => {
  const { messages } = await run(mode)

  expect(messages).toEqual([...Array.from({ length: 1_000 }, (_, line) => `Line ${line}`), 'Last line'])
})

it('prints in one line why a one-shot program has failed', async () => {
  const child = spawn(process.execPath, [...args, 'task-fails'])
  onTestFinished(() => void child.kill('SIGKILL'))

  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])

  expect([code, said]).toEqual([1, 'no such table\n'])
})
