import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { QueryError } from './query.ts'

const limitsSchema = z.strictObject({
  /** How many mails are accepted in 24 hours. -1 is no limit. */
  max24HourSend: z.int().min(-1).default(-1),
  /** How many mails are accepted in a second. */
  maxSendRate: z.number().positive().default(10_000),
})
const SECONDS_OF_DAY = 24 * 60 * 60

/** Counts accepted mails by the second, and refuses what is over the limits of the account. */
export function createQuota() {
  let limits = limitsSchema.parse({})
  let seconds: { second: number; count: number }[] = []
  let ofDay = 0

  /** Returns the current second, after dropping what is older than a day. */
  function turn() {
    const now = Math.floor(Date.now() / 1000)
    const first = seconds.findIndex(({ second }) => second > now - SECONDS_OF_DAY)
    for (const { count } of seconds.splice(0, first < 0 ? seconds.length : first)) ofDay -= count
    const last = seconds.at(-1)
    if (last?.second === now) return last
    const current = { second: now, count: 0 }
    seconds.push(current)
    return current
  }

  return {
    set(next: z.output<typeof limitsSchema>): void {
      limits = next
      seconds = []
      ofDay = 0
    },
    /** Throws if another mail would be too many. */
    take(): void {
      const current = turn()
      if (limits.max24HourSend >= 0 && ofDay >= limits.max24HourSend) {
        throw new QueryError(400, 'Throttling', 'Daily message quota exceeded.')
      }
      if (current.count >= limits.maxSendRate) {
        throw new QueryError(400, 'Throttling', 'Maximum sending rate exceeded.')
      }
      current.count += 1
      ofDay += 1
    },
    read() {
      turn()
      const { max24HourSend, maxSendRate } = limits
      return {
        Max24HourSend: String(max24HourSend),
        MaxSendRate: String(maxSendRate),
        SentLast24Hours: String(ofDay),
      }
    },
  }
}

export type Quota = ReturnType<typeof createQuota>

/** `PUT /_quota` sets the limits of the account, and forgets what was counted. */
export function quotaRoutes(quota: Quota) {
  return async (app: FastifyInstance): Promise<void> => {
    app.put('/_quota', async (request, reply) => {
      const { success, data, error } = limitsSchema.safeParse(request.body)
      if (!success) return reply.status(400).send({ error: z.prettifyError(error) })
      quota.set(data)
      return data
    })
  }
}
