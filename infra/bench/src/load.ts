import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'
import type { Target } from './app-processes.ts'
import { type Measured, percentile } from './benchmark.ts'
import { watchCpu } from './cpu.ts'

export interface Call {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface Load {
  /** How many answers had the expected status. Any other answer is an error. */
  answers: number
  perSecond: number
  /** Milliseconds. */
  p95: number
  p99: number
}

/** How long a load lasts. */
type Extent = { seconds: number } | { calls: number }

/** Returns a call for each item in turn, again and again. */
export function inTurn<Item>(items: Item[], toCall: (item: Item) => Call): () => Call {
  const calls = items.map(toCall)
  let count = 0
  return () => calls[count++ % calls.length] as Call
}

/** Keeps a number of connections busy. Each sends its next call when the last one is answered. */
export async function load(
  url: string,
  nextCall: () => Call,
  { status, connections, ...extent }: { status: number; connections: number } & Extent,
): Promise<Load> {
  const tookMs: number[] = []
  const loading = autocannon({
    url,
    connections,
    ...('calls' in extent ? { amount: extent.calls } : { duration: extent.seconds }),
    requests: [
      {
        setupRequest(request) {
          const { headers, ...call } = nextCall()
          // A copy, because autocannon writes the length of the body into the headers.
          return { ...request, ...call, headers: { ...headers } }
        },
      },
    ],
  })
  // autocannon's own histogram has only whole milliseconds.
  loading.on('response', (_client, _status, _bytes, ms) => tookMs.push(ms))
  const result = await loading
  const answers = result.statusCodeStats[status]?.count ?? 0
  const others = result.errors + result.timeouts + result['2xx'] + result.non2xx - answers
  if (others > 0) {
    throw new Error(`Not all answers of ${nextCall().path} were ${status}: ${JSON.stringify(result.statusCodeStats)}`)
  }
  return {
    answers,
    perSecond: answers / result.duration,
    p95: percentile(tookMs, 0.95),
    p99: percentile(tookMs, 0.99),
  }
}

const WARM_UP_SECONDS = 1
const SECONDS = 4

/** Measures a load after a short one that warms up, and the CPU of an answer. The answers are those of both. */
export async function loadWarm(
  { url, processes }: Target,
  nextCall: () => Call,
  { status = 200, connections }: { status?: number; connections: number },
): Promise<Load & { cpu: Measured }> {
  const warmUp = await load(url, nextCall, { status, connections, seconds: WARM_UP_SECONDS })
  const endCpu = watchCpu(processes)
  const measured = await load(url, nextCall, { status, connections, seconds: SECONDS })
  return { ...measured, answers: warmUp.answers + measured.answers, cpu: endCpu(measured.answers) }
}

// Limited, so that a machine that falls behind a pace makes calls wait here instead of opening thousands of connections.
const agent = new Agent({ keepAlive: true, maxSockets: 50 })

/** Sends one call, which must have the expected answer, and reads that to its end. */
export async function send(url: string, { path, body, ...options }: Call, status = 200): Promise<void> {
  const sent = request(`${url}${path}`, { ...options, agent })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const said = await text(answer)
  if (answer.statusCode !== status) throw new Error(`${answer.statusCode} from ${path}: ${said}`)
}

/** Sends one GET, which must be answered with 200. */
export async function ask(url: string, path: string): Promise<Response> {
  const response = await fetch(`${url}${path}`)
  if (response.status !== 200) throw new Error(`${response.status} from ${path}: ${await response.text()}`)
  return response
}
