import { setTimeout as sleep } from 'node:timers/promises'
import { createOutageLog, createWaiter } from '@coursewire/service-kit'
import { createBudget } from './budget.ts'
import { createDelivery, type DeliveryOptions } from './delivery.ts'
import type { Email, Outcome } from './email.ts'
import * as metrics from './metrics.ts'
import { forgetSnsMessages, markUnknown, measureBacklog, reserveDue } from './repository.ts'

export interface Sender {
  /** Announces new mails. Without it they are found within two seconds. */
  wake(): void
  isAlive(): boolean
  /** Claims no more mails, and waits for the outcome of those already claimed. */
  close(): Promise<void>
}

const CONCURRENCY = 8
/** How long it waits for new mails to be announced. */
const IDLE_MS = 2_000
/** How often it looks while mails are on their way, a dependency is down, or SES says that mails come too fast. */
const POLL_MS = 500
const SWEEP_MS = 5_000
const FORGET_MS = 3_600_000

/** How many mails are reserved in one commit. */
const RESERVED_MAILS = 32
/** If a preparation takes longer, another worker starts it too, which only costs two lookups. */
const RESERVED_SECONDS = 10
/** A reserved mail that was not started by then is left until it becomes due again. */
const BEGIN_WITHIN_MS = 5_000
const MAX_PAUSE_MS = 60_000
/** How long nothing is sent after SES has said that mails come too fast. */
const THROTTLED_MS = 1_000
/** Longer than any query may take. */
const LIVENESS_MS = 60_000

/** Sends the pending mails of the ledger, several at a time, until it is closed. Never throws. */
export function startSender(options: Omit<DeliveryOptions, 'mayClaim'> & { unknownAfterSeconds: number }): Sender {
  const { db, logger, monotonicMs, unknownAfterSeconds } = options
  const deliver = createDelivery({ ...options, mayClaim: () => !isClosing })
  const inFlight = new Set<Promise<void>>()
  const waiter = createWaiter()
  const budget = createBudget(options)
  const interruptions = createOutageLog(logger, {
    failing: 'Sender interrupted, continuing',
    works: 'Sender works again',
  })
  let reserved: Email[] = []
  let reservedAt = 0
  let mayBeMore = false
  /** How long it takes until SES takes another mail. */
  let budgetMs = 0
  let isClosing = false
  let lastCycleAt = monotonicMs()
  let sweptAt = Number.NEGATIVE_INFINITY
  let forgotAt = Number.NEGATIVE_INFINITY
  let outages = 0
  let pausedUntil = 0

  /** While a dependency is down, one mail at a time tests whether it is back; the others wait untouched. */
  function countOutage(): void {
    if (monotonicMs() < pausedUntil) return
    pausedUntil = monotonicMs() + Math.min(500 * 2 ** outages, MAX_PAUSE_MS)
    outages += 1
  }

  function judge(outcome: Outcome | null): void {
    if (outcome?.status === 'pending' && outcome.isThrottled) {
      budget.keep({ isUrgent: true })
      pausedUntil = Math.max(pausedUntil, monotonicMs() + THROTTLED_MS)
    } else if (outcome?.status === 'unknown' || (outcome?.status === 'pending' && outcome.isOutage)) countOutage()
    else if (outcome?.status === 'sent') outages = 0
  }

  function start(email: Email): void {
    const delivering = deliver(email)
      .then(judge)
      .catch((error) => {
        logger.error({ err: error, emailId: email.id }, 'Email delivery interrupted')
        countOutage()
      })
      .finally(() => inFlight.delete(delivering))
    inFlight.add(delivering)
  }

  function countFreeSlots(): number {
    if (monotonicMs() < pausedUntil) return 0
    return (outages > 0 ? 1 : CONCURRENCY) - inFlight.size
  }

  async function sweep(): Promise<void> {
    if (monotonicMs() - sweptAt < SWEEP_MS) return
    sweptAt = monotonicMs()
    for (const { id, ...email } of await markUnknown(db, unknownAfterSeconds)) {
      metrics.emailOutcomes.add(1, { outcome: 'unknown' })
      logger.error({ emailId: id, ...email }, 'Email may or may not have been sent')
    }
    const { unknown, oldestPendingSeconds } = await measureBacklog(db)
    metrics.unknownEmails.record(unknown)
    metrics.oldestPending.record(oldestPendingSeconds)
    if (monotonicMs() - forgotAt < FORGET_MS) return
    await forgetSnsMessages(db)
    forgotAt = monotonicMs()
  }

  function rest(): Promise<void> {
    const isPaused = outages > 0 || monotonicMs() < pausedUntil
    return waiter.wait(isPaused ? POLL_MS : Math.min(IDLE_MS, budgetMs || IDLE_MS))
  }

  async function takeDue(slots: number): Promise<Email[]> {
    if (monotonicMs() - reservedAt > BEGIN_WITHIN_MS) reserved = []
    if (slots > 0 && reserved.length === 0) {
      reservedAt = monotonicMs()
      const limit = outages > 0 ? slots : RESERVED_MAILS
      const found = await reserveDue(db, limit, RESERVED_SECONDS)
      reserved = found.emails
      mayBeMore = reserved.length === limit
      budgetMs = mayBeMore ? 0 : found.waitMs
    }
    return reserved.splice(0, slots)
  }

  async function cycle(): Promise<void> {
    budget.keep()
    await sweep()
    const slots = Math.max(0, countFreeSlots())
    const due = await takeDue(slots)
    for (const email of due) start(email)
    if (slots > 0 && due.length === slots) await Promise.race([...inFlight, sleep(POLL_MS)])
    else if (slots === 0 || !mayBeMore) await rest()
  }

  async function run(): Promise<void> {
    while (!isClosing) {
      lastCycleAt = monotonicMs()
      try {
        await cycle()
        interruptions.worked()
      } catch (error) {
        interruptions.failed(error)
        countOutage()
        await rest()
      }
    }
    await Promise.all(inFlight)
  }
  const running = run()

  return {
    wake: () => waiter.wake(),
    isAlive: () => monotonicMs() - lastCycleAt < LIVENESS_MS,
    async close() {
      isClosing = true
      waiter.wake()
      await running
    },
  }
}
