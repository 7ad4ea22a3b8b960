import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createLogger } from '@coursewire/service-kit'
import { afterEach, expect, it } from 'vitest'
import { createIndexNow, indexNowKey, keyPath } from './index-now.ts'

const key = '5f9c0e2b7a1d4c38'
const logger = createLogger({ service: 'test', level: 'silent' })
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type Submission = { host: string; key: string; keyLocation: string; urlList: string[] }
type Answer = { status: number; headers?: Record<string, string> } | 'hang up'

/** An engine that gives these answers, one for each request, and takes everything after them. */
async function startEngine(answers: Answer[] = []) {
  const received: Submission[] = []
  const seen: { count: number; tell: () => void }[] = []
  async function answerNext(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const answer = answers.shift() ?? { status: 200 }
    if (answer === 'hang up') request.socket.destroy()
    else response.writeHead(answer.status, answer.headers).end()
    received.push(JSON.parse(body) as Submission)
    for (const { count, tell } of seen) if (received.length >= count) tell()
  }
  const server = createServer((request, response) => void answerNext(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/indexnow`,
    /** Resolves to what was received when there were `count` requests. */
    receive: (count: number) =>
      new Promise<Submission[]>((resolve) => {
        const tell = () => resolve(received)
        if (received.length >= count) tell()
        else seen.push({ count, tell })
      }),
  }
}

/** Pauses are over when the test says so. */
function holdPauses() {
  const pauses: { ms: number; end: () => void }[] = []
  const begun: (() => void)[] = []
  return {
    pause: (ms: number, _: undefined, { signal }: { signal: AbortSignal }) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        pauses.push({ ms, end: resolve })
        for (const tell of begun.splice(0)) tell()
      }),
    /** Waits for the next pause and ends it. Resolves to its milliseconds. */
    async next(): Promise<number> {
      if (pauses.length === 0) await new Promise<void>((resolve) => void begun.push(resolve))
      const { ms = 0, end } = pauses.shift() ?? {}
      end?.()
      return ms
    },
  }
}

async function start(answers: Answer[] = []) {
  const engine = await startEngine(answers)
  const pauses = holdPauses()
  const indexNow = createIndexNow({ key, logger, endpoint: engine.endpoint, pause: pauses.pause })
  closers.push(indexNow.close)
  return { ...engine, ...indexNow, next: () => pauses.next() }
}

it('what changes within a minute is submitted together, each address once', async () => {
  const { submit, next, receive } = await start()

  submit('https://learn.example.org/courses/bread')
  submit('https://learn.example.org/courses/cake')
  submit('https://learn.example.org/courses/bread')

  expect(await next()).toBe(60_000)
  expect(await receive(1)).toEqual([
    {
      host: 'learn.example.org',
      key,
      keyLocation: `https://learn.example.org/${key}.txt`,
      urlList: ['https://learn.example.org/courses/bread', 'https://learn.example.org/courses/cake'],
    },
  ])
})

it('each host has requests of its own', async () => {
  const { submit, next, receive } = await start()

  submit('https://a.example.org/courses/bread')
  submit('https://b.example.org/courses/bread')
  await next()
  await next()

  const received = await receive(2)
  expect(received.map(({ host, urlList }) => `${host}: ${urlList.join()}`).sort()).toEqual([
    'a.example.org: https://a.example.org/courses/bread',
    'b.example.org: https://b.example.org/courses/bread',
  ])
})

it('a request has at most 10,000 addresses, and the rest follows', async () => {
  const { submit, next, receive } = await start()

  for (let index = 0; index < 10_001; index += 1) submit(`https://learn.example.org/courses/${index}`)
  await next()
  await next()

  expect((await receive(2)).map(({ urlList }) => urlList.length)).toEqual([10_000, 1])
})

it('at most 50,000 addresses of a host wait', async () => {
  const { submit, next, receive } = await start()

  for (let index = 0; index < 50_010; index += 1) submit(`https://learn.example.org/courses/${index}`)
  for (let request = 1; request <= 5; request += 1) await next()

  const received = await receive(5)
  expect(received.flatMap(({ urlList }) => urlList)).toHaveLength(50_000)
  submit('https://learn.example.org/courses/later')
  await next()
  expect((await receive(6))[5]?.urlList).toEqual(['https://learn.example.org/courses/later'])
})

it.each<[string, Answer]>([
  ['limits us', { status: 429 }],
  ['does not find the key', { status: 403 }],
  ['fails', { status: 500 }],
  ['is overloaded', { status: 503 }],
  ['leads elsewhere', { status: 301, headers: { location: '/' } }],
  ['hangs up', 'hang up'],
])('an engine that %s is asked again, after longer and longer pauses', async (_, answer) => {
  const { submit, next, receive } = await start([answer, answer])
  const url = 'https://learn.example.org/courses/bread'

  submit(url)

  expect([await next(), await next(), await next()]).toEqual([60_000, 120_000, 240_000])
  expect((await receive(3)).map(({ urlList }) => urlList)).toEqual([[url], [url], [url]])
})

it('an engine is left alone as long as it asks for, but no longer than six hours', async () => {
  const { submit, next } = await start([
    { status: 429, headers: { 'retry-after': '3600' } },
    { status: 429, headers: { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' } },
    { status: 429, headers: { 'retry-after': 'soon' } },
  ])

  submit('https://learn.example.org/courses/bread')

  expect([await next(), await next(), await next(), await next()]).toEqual([60_000, 3_600_000, 21_600_000, 480_000])
})

it.each([400, 422])('what is refused with %i is not sent again, and the next change is', async (status) => {
  const { submit, next, receive } = await start([{ status }])

  submit('https://learn.example.org/courses/bread')
  await next()
  await receive(1)
  submit('https://learn.example.org/courses/cake')
  await next()

  expect((await receive(2))[1]?.urlList).toEqual(['https://learn.example.org/courses/cake'])
})

it('what changes while it waits to be sent again is added to it', async () => {
  const { submit, next, receive } = await start([{ status: 503 }])

  submit('https://learn.example.org/courses/bread')
  await next()
  await receive(1)
  submit('https://learn.example.org/courses/cake')
  await next()

  const received = await receive(2)
  expect([...(received[1]?.urlList ?? [])].sort()).toEqual([
    'https://learn.example.org/courses/bread',
    'https://learn.example.org/courses/cake',
  ])
})

it('without a key nothing is submitted', async () => {
  const { endpoint } = await startEngine()
  const indexNow = createIndexNow({
    key: undefined,
    logger,
    endpoint,
    pause: () => Promise.reject(new Error('Nothing to wait for')),
  })

  indexNow.submit('https://learn.example.org/courses/bread')

  await expect(indexNow.close()).resolves.toBeUndefined()
})

it('closing does not wait for what is still to be sent', async () => {
  const { submit, close, next } = await start([{ status: 503 }])
  submit('https://learn.example.org/courses/bread')
  await next()

  await expect(close()).resolves.toBeUndefined()
})

it('a key has 8 to 128 letters, digits and hyphens', () => {
  expect(indexNowKey.safeParse(key).success).toBe(true)
  expect(keyPath(key)).toBe(`/${key}.txt`)
  for (const bad of ['short', 'x'.repeat(129), 'with/slash', '../../etc']) {
    expect(indexNowKey.safeParse(bad).success).toBe(false)
  }
})
