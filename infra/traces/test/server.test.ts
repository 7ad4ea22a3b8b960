import { expect, it, onTestFinished } from 'vitest'
import { startTraceServer } from '../src/index.ts'

/** The bytes of an export with one span of a trace: fields of protobuf one inside the other. */
function encodeSpan(traceId: string): Buffer {
  const field = (number: number, bytes: Buffer) => Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes])
  const span = Buffer.concat([field(1, Buffer.from(traceId, 'hex')), field(5, Buffer.from('work'))])
  return field(1, field(2, field(2, span)))
}

async function start(maxSpans?: number) {
  const server = await startTraceServer({ port: 0, ...(maxSpans && { maxSpans }) })
  onTestFinished(() => server.close())
  const send = (body: Buffer, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: new Uint8Array(body),
    })
  return { send, spansOf: server.spansOf }
}

const [first, second, third] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string]

it('decodes what it takes by the schema of OpenTelemetry', async () => {
  const { send, spansOf } = await start()

  const answer = await send(encodeSpan(first))

  expect([answer.status, await answer.text()]).toEqual([200, ''])
  expect(spansOf(first)).toMatchObject([{ traceId: first, parentSpanId: null, name: 'work', links: [] }])
  expect(spansOf(second)).toEqual([])
})

it('forgets the oldest trace as a whole when there are too many spans', async () => {
  const { send, spansOf } = await start(3)
  for (const traceId of [first, second, first, third]) await send(encodeSpan(traceId))

  expect([first, second, third].map(spansOf)).toMatchObject([[], [{}], [{}]])
})

it.each([
  ['bytes that are no export', Buffer.from('spans'), {}, 400],
  ['compressed spans', encodeSpan(first), { 'content-encoding': 'gzip' }, 415],
])('refuses %s', async (_, body, headers, status) => {
  const { send } = await start()

  const answer = await send(body, headers)

  expect([answer.status, await answer.json()]).toEqual([status, { message: expect.stringMatching(/^Send /) }])
})
