import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'

const NEWLINE = 10
const COMMA = 44

interface Waiting {
  lines: string[]
  ids: string[]
  resolve: () => void
  reject: (error: unknown) => void
}

/**
 * A JSON-lines file of accepted entries. An entry is on disk before `append` resolves and before anybody can read it. Only positions
 * are kept in memory, so that a long load run does not fill it. One process per file.
 */
export class AcceptLog<Entry extends { id: string }> {
  readonly #path: string
  readonly #file: FileHandle
  /** The position of each line. The last one is where the next line will begin. */
  readonly #starts = [0]
  readonly #indexOf = new Map<string, number>()
  #waiting: Waiting[] = []
  #flushing: Promise<void> | undefined

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** Creates the file if there is none. Rejects if one of its lines is broken. */
  static async open<Entry extends { id: string }>(path: string): Promise<AcceptLog<Entry>> {
    const lines: { id: string; sizeBytes: number }[] = []
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of createReadStream(path, { flags: 'a+' })) {
      rest = Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        lines.push({ id: JSON.parse(rest.toString('utf8', 0, end)).id, sizeBytes: end + 1 })
        rest = rest.subarray(end + 1)
      }
    }
    const log = new AcceptLog<Entry>(path, await open(path, 'a+'))
    for (const { id, sizeBytes } of lines) log.#index(id, sizeBytes)
    // A line without an end was being written when the process was killed. It was never reported as accepted.
    await log.#file.truncate(log.#size)
    return log
  }

  get count(): number {
    return this.#starts.length - 1
  }

  has(id: string): boolean {
    return this.#indexOf.has(id)
  }

  /** Resolves when all entries are on disk. Calls that wait at the same time share one fsync. */
  append(entries: Entry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`)
      this.#waiting.push({ lines, ids: entries.map(({ id }) => id), resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Returns null if no entry has the id. */
  async find(id: string): Promise<Entry | null> {
    const index = this.#indexOf.get(id)
    if (index === undefined) return null
    const start = this.#startOf(index)
    const line = Buffer.alloc(this.#startOf(index + 1) - start)
    await this.#file.read(line, 0, line.length, start)
    return JSON.parse(line.toString())
  }

  /** Reads at most `count` entries from an index on as a JSON array. A negative index counts from the end, as in `slice`. */
  readArray(from: number, count: number): Readable {
    const first = from < 0 ? Math.max(0, this.count + from) : Math.min(from, this.count)
    const end = this.#startOf(Math.min(first + count, this.count))
    return Readable.from(readLines(this.#path, this.#startOf(first), end), { objectMode: false })
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#file.appendFile(group.flatMap(({ lines }) => lines).join(''))
        await this.#file.datasync()
        for (const { lines, ids, resolve } of group) {
          for (const [position, id] of ids.entries()) this.#index(id, Buffer.byteLength(lines[position] ?? ''))
          resolve()
        }
      } catch (error) {
        // If the disk was full, the part that was written must not become the beginning of the next line.
        await this.#file.truncate(this.#size).catch(() => undefined)
        for (const { reject } of group) reject(error)
      }
    }
    this.#flushing = undefined
  }

  #index(id: string, sizeBytes: number): void {
    this.#indexOf.set(id, this.count)
    this.#starts.push(this.#size + sizeBytes)
  }

  get #size(): number {
    return this.#startOf(this.count)
  }

  #startOf(index: number): number {
    const start = this.#starts[index]
    if (start === undefined) throw new RangeError(`No line ${index}`)
    return start
  }
}

async function* readLines(path: string, start: number, end: number): AsyncGenerator<string | Buffer> {
  yield '['
  if (start < end) {
    // JSON text contains no raw newline, so every newline separates two entries. The last one is left out.
    for await (const chunk of createReadStream(path, { start, end: end - 2 }) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at)) chunk[at] = COMMA
      yield chunk
    }
  }
  yield ']'
}
