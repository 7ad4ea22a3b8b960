import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PublishCommand } from '@aws-sdk/client-sns'
import { expect, onTestFinished, test } from 'vitest'
import { connect, makeDataDir, start } from './started.ts'

test('topics, messages and mails survive a restart', async () => {
  const dataDir = await makeDataDir()
  const first = await start(dataDir)
  const TopicArn = await first.createTopic()
  await first.sns.send(new PublishCommand({ TopicArn, Message: 'before' }))
  const mailId = await first.sendMail()
  await first.close()

  const second = await start(dataDir)
  await second.sns.send(new PublishCommand({ TopicArn, Message: 'after' }))

  expect((await second.readPublished()).map(({ message }) => message)).toEqual(['before', 'after'])
  expect((await second.readInbox()).map(({ id }) => id)).toEqual([mailId])
})

test('a half-written last line is dropped, and the next mail gets its own line', async () => {
  const dataDir = await makeDataDir()
  const first = await start(dataDir)
  const kept = await first.sendMail()
  await first.sendMail()
  await first.close()
  const path = join(dataDir, 'mails.jsonl')
  await truncate(path, (await readFile(path)).length - 20)

  const second = await start(dataDir)
  const next = await second.sendMail()

  expect((await second.readInbox()).map(({ id }) => id)).toEqual([kept, next])
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(2)
})

test('a log with a broken line in the middle stops the start instead of losing mail', async () => {
  const dataDir = await makeDataDir()
  await appendFile(join(dataDir, 'mails.jsonl'), '{"id":\n{"id":"2"}\n')

  await expect(start(dataDir)).rejects.toThrow(SyntaxError)
})

test('mails sent at the same time are each accepted once, even if they are larger than a read buffer', async () => {
  const dataDir = await makeDataDir()
  const first = await start(dataDir)
  const Body = { Text: { Data: 'ü'.repeat(100_000) } }
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, index) => first.sendMail({ Message: { Subject: { Data: `${index}` }, Body } })),
  )
  const before = await first.readInbox()
  await first.close()

  const second = await start(dataDir)

  expect(before.map(({ id }) => id).sort()).toEqual(ids.sort())
  expect(await second.readInbox()).toEqual(before)
})

test('every mail that was answered survives kill -9', async () => {
  const dataDir = await makeDataDir()
  const { child, url } = await startProcess(dataDir)
  const { sendMail } = connect(url)
  const answered: string[] = []
  const sending = Array.from({ length: 8 }, async () => {
    for (;;) {
      answered.push(await sendMail())
      if (answered.length === 50) child.kill('SIGKILL')
    }
  })
  await Promise.allSettled(sending)

  const { readInbox } = await start(dataDir)

  const kept = new Set((await readInbox()).map(({ id }) => id))
  expect(answered.length).toBeGreaterThanOrEqual(50)
  expect(answered.filter((id) => !kept.has(id))).toEqual([])
})

test('a mail that cannot be written to disk is refused and leaves nothing behind', async () => {
  const dataDir = await makeDataDir()
  const { child, url } = await startProcess(dataDir, 'ulimit -f 64')
  const { sendMail, readInbox } = connect(url)
  const tooLarge = sendMail({ Message: { Subject: { Data: 's' }, Body: { Text: { Data: 'x'.repeat(200_000) } } } })

  await expect(tooLarge).rejects.toMatchObject({ Code: 'InternalFailure', $metadata: { httpStatusCode: 500 } })
  const id = await sendMail()

  expect((await readInbox()).map((mail) => mail.id)).toEqual([id])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect((await (await start(dataDir)).readInbox()).map((mail) => mail.id)).toEqual([id])
})

test('the process ends after SIGTERM even with a keep-alive client and a hanging call', async () => {
  const { child, url } = await startProcess(await makeDataDir())
  const { sendMail, setFault } = connect(url)
  await setFault({ service: 'ses', kind: 'hang', times: 1 })
  const calls = [sendMail(), sendMail()]
  const settled = Promise.allSettled(calls)
  // The fault applies to the call that arrives first, so when the other one is answered, this one hangs.
  await Promise.race(calls)

  child.kill('SIGTERM')

  const [code, signal] = await once(child, 'exit')
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  expect((await settled).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a process without its settings names them and fails', async () => {
  const child = spawnMain({})
  const [said] = await once(child.stderr ?? child, 'data')

  const [code] = await once(child, 'exit')

  expect(String(said)).toMatch(/PORT[^]*DATA_DIR/)
  expect(code).toBe(1)
})

async function startProcess(dataDir: string, before = ':') {
  const child = spawnMain({ PORT: '0', DATA_DIR: dataDir }, before)
  const [line] = await once(child.stdout ?? child, 'data')
  return { child, url: /http:\S+/.exec(String(line))?.[0] ?? '' }
}

function spawnMain(env: Record<string, string>, before = ':'): ChildProcess {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const child = spawn('/bin/sh', ['-c', `${before}; exec "$0" "$1"`, process.execPath, main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
