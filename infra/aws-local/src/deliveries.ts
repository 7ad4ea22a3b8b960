import { setTimeout as sleep } from 'node:timers/promises'
import type { SignatureVersion, Signer, Unsigned } from './signer.ts'

/** How long SNS waits before each new attempt to reach an endpoint: at first it hurries, then it goes on for an hour. */
const delaysMs = [...Array(3).fill(0), ...Array(30).fill(1_000), ...Array(178).fill(20_000)] as number[]
const ATTEMPT_MS = 15_000
const IN_FLIGHT = 16

interface Delivery {
  endpoint: string
  subscriptionArn: string
  version: SignatureVersion
  message: Unsigned
}

/** Delivers signed messages to HTTP endpoints, in no certain order, until they are taken. What waits when the process ends is lost. */
export function createDeliveries(signer: Signer, getUrl: () => string) {
  const closing = new AbortController()
  const waiting: Delivery[] = []
  let inFlight = 0

  async function post({ endpoint, subscriptionArn, version, message }: Delivery): Promise<boolean> {
    const body = JSON.stringify({
      ...message,
      SignatureVersion: version,
      Signature: signer.sign(message, version),
      SigningCertURL: getUrl() + signer.getPath(),
    })
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'text/plain; charset=UTF-8',
          'user-agent': 'Amazon Simple Notification Service Agent',
          'x-amz-sns-message-type': message.Type,
          'x-amz-sns-message-id': String(message['MessageId']),
          'x-amz-sns-topic-arn': String(message['TopicArn']),
          'x-amz-sns-subscription-arn': subscriptionArn,
        },
        body,
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ATTEMPT_MS)]),
      })
      await response.body?.cancel()
      return response.ok
    } catch {
      return false
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    for (const delayMs of delaysMs) {
      if (await post(delivery)) return
      // An endpoint that is down must not keep the others waiting.
      inFlight -= 1
      startNext()
      await sleep(delayMs, undefined, { signal: closing.signal, ref: false })
      inFlight += 1
    }
  }

  function startNext(): void {
    while (inFlight < IN_FLIGHT && !closing.signal.aborted) {
      const next = waiting.shift()
      if (!next) return
      inFlight += 1
      void deliver(next)
        .catch(() => undefined)
        .finally(() => {
          inFlight -= 1
          startNext()
        })
    }
  }

  return {
    add(delivery: Delivery): void {
      waiting.push(delivery)
      startNext()
    },
    close: () => closing.abort(),
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
