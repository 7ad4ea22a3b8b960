import type { Writable } from 'node:stream'
import { SpanKind } from '@opentelemetry/api'
import { AppError } from './app-error.ts'
import { activeTraceparent, inSpans } from './tracing.ts'

export interface BatcherOptions {
  /** How many batches run at a time. */
  concurrent: number
  maxBatch: number
  maxWaiting: number
  maxWaitMs?: number
  /** The code of the `unavailable` error for items that cannot wait. */
  busyCode: string
  /**
   * Repeats each item of a failed batch by itself. This isolates the faulty item, and finds out the result of a commit whose answer was
   * lost. The work must allow that, even if it succeeded the first time.
   */
  isRepeatable?: boolean
}

interface Entry<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
  since: number
  traceparent: string | null
  stopWaiting: () => void
}

/**
 * Combines items that wait at the same moment into one batch, and answers each when its batch is done. A single item is handled at once, and
 * the more items come, the more share a batch. `work` resolves to one result per item, in order. The returned function resolves to the item's
 * result. If the `answer` that waits for it is closed, the item is removed, unless its batch has already begun.
 */
export function createBatcher<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  options: BatcherOptions,
): (item: Item, answer?: Writable) => Promise<Result> {
  const { concurrent, maxBatch, maxWaiting, maxWaitMs = Infinity, busyCode, isRepeatable = false } = options
  const name = `batch ${busyCode.split('.', 1)[0]}`
  const waiting = new Set<Entry<Item, Result>>()
  let underWay = 0
  let expiry: NodeJS.Timeout | null = null

  const refuse = (reason: string, cause?: unknown) => new AppError('unavailable', busyCode, reason, {}, { cause })

  function submit(item: Item, answer?: Writable): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (answer?.destroyed) return reject(refuse('The caller has left'))
      if (waiting.size >= maxWaiting) return reject(refuse('The queue is full'))

      const leave = () => giveUp(entry, 'The caller has left')
      const entry: Entry<Item, Result> = {
        item,
        resolve,
        reject,
        since: performance.now(),
        traceparent: activeTraceparent(),
        stopWaiting() {
          waiting.delete(entry)
          answer?.off('close', leave)
        },
      }
      answer?.once('close', leave)
      waiting.add(entry)
      sendWaiting()
      expireLater()
    })
  }

  function giveUp(entry: Entry<Item, Result>, reason: string): void {
    entry.stopWaiting()
    entry.reject(refuse(reason))
  }

  /** All items share one timer, which is set for the one that has waited longest. A timer for each would cost more than the queue. */
  function expireLater(): void {
    const [oldest] = waiting
    if (maxWaitMs === Infinity || expiry || !oldest) return
    expiry = setTimeout(expire, oldest.since + maxWaitMs - performance.now()).unref()
  }

  function expire(): void {
    expiry = null
    for (const entry of waiting) {
      if (performance.now() - entry.since < maxWaitMs) break
      giveUp(entry, 'Waited too long')
    }
    expireLater()
  }

  function sendWaiting(): void {
    while (underWay < concurrent && waiting.size > 0) {
      const batch: Entry<Item, Result>[] = []
      for (const entry of waiting) {
        if (batch.push(entry) === maxBatch) break
      }
      for (const entry of batch) entry.stopWaiting()
      underWay += 1
      void send(batch).finally(() => {
        underWay -= 1
        sendWaiting()
      })
    }
  }

  async function send(batch: Entry<Item, Result>[]): Promise<void> {
    try {
      await workTogether(batch)
    } catch (error) {
      if (isRepeatable) await workOneByOne(batch, error)
      else for (const { reject } of batch) reject(error)
    }
  }

  async function workTogether(batch: Entry<Item, Result>[]): Promise<void> {
    const toTraced = () => batch.flatMap(({ traceparent: parent }) => (parent === null ? [] : [{ name, parent }]))
    const results = await inSpans(name, SpanKind.INTERNAL, toTraced, () => work(batch.map(({ item }) => item)))
    if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} items`)
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
  }

  async function workOneByOne(batch: Entry<Item, Result>[], cause: unknown): Promise<void> {
    const deadline = performance.now() + maxWaitMs
    for (const entry of batch) {
      if (performance.now() > deadline) entry.reject(refuse('The database is too slow', cause))
      else await workTogether([entry]).catch(entry.reject)
    }
  }

  return submit
}
