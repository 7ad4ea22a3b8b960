import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { findJars, findJava } from '@coursewire/servers'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import type { Headers } from '../../src/source.ts'

const source = fileURLToPath(new URL('ForeignClient.java', import.meta.url))

export interface ForeignRecord {
  key: Buffer | null
  value: Buffer | null
  headers: Headers
}

/** Settings of Kafka's own producer. Equal settings share one producer, which stays open. */
type ProducerConfig = Record<string, string>

type ForeignClient = ReturnType<typeof createClient>

/** Starts Kafka's own client for the tests of a suite. They are skipped if there is no JDK or no jars. */
export function useForeignClient(): () => ForeignClient {
  let client: ForeignClient | undefined
  let obstacle = ''
  beforeAll(async () => {
    try {
      client = await startForeignClient(inject('kafka').brokers)
    } catch (error) {
      obstacle = error instanceof Error ? error.message : String(error)
    }
  })
  beforeEach(({ skip }) => {
    // In CI a missing JDK is a failure, because nobody would notice the skip.
    if (!client && !process.env['CI']) skip(obstacle)
  })
  afterAll(() => client?.close())
  return () => {
    if (!client) throw new Error(obstacle)
    return client
  }
}

/** Starts it in a process that ends with this one. Throws if there is no JDK or no jars. */
export async function startForeignClient(brokers: string[]): Promise<ForeignClient> {
  const [java, jars] = await Promise.all([findJava(), findJars(() => {})])
  const quiet = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-Dlog4j2.level=off']
  return createClient(spawn(java, [...quiet, '-cp', `${jars}/*`, source]), brokers)
}

function createClient(child: ChildProcessWithoutNullStreams, brokers: string[]) {
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function ask(action: string, { config, ...command }: { config?: ProducerConfig; [field: string]: unknown }) {
    const settings = { 'bootstrap.servers': brokers.join(','), ...config }
    child.stdin.write(`${JSON.stringify({ do: action, config: settings, ...command })}\n`)
    const answer = await answers.next()
    if (answer.done) throw new Error(`The foreign client has ended: ${complaint}`)
    return JSON.parse(answer.value)
  }

  return {
    /** Sends records in order. Resolves to the position of each. */
    send(
      topic: string,
      records: ForeignRecord[],
      config: ProducerConfig = {},
    ): Promise<{ partition: number; offset: number }[]> {
      return ask('send', { config, topic, records: records.map(encodeRecord) })
    },
    async transaction(step: 'begin' | 'commit' | 'abort', config: ProducerConfig): Promise<void> {
      await ask(step, { config })
    },
    /** Reads the first `count` records of a topic, in order per partition. */
    async read(topic: string, count: number): Promise<ForeignRecord[]> {
      const found = await ask('read', { topic, count })
      return found.map(decodeRecord)
    },
    /** Sets the broker's quota for every client that reads. */
    async throttleReading(bytesPerSecond: number): Promise<void> {
      await ask('throttle', { bytesPerSecond })
    },
    async close(): Promise<void> {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

type Base64 = string | null

const encode = (bytes: Buffer | null): Base64 => bytes?.toString('base64') ?? null
const decode = (text: Base64) => (text === null ? null : Buffer.from(text, 'base64'))

const encodeRecord = ({ key, value, headers }: ForeignRecord) => ({
  key: encode(key),
  value: encode(value),
  headers: headers.map(([name, content]) => [name, encode(content)]),
})

const decodeRecord = (found: { key: Base64; value: Base64; headers: [string, Base64][] }): ForeignRecord => ({
  key: decode(found.key),
  value: decode(found.value),
  headers: found.headers.map(([name, content]) => [name, decode(content)]),
})
