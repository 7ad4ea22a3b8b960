import { z } from 'zod'

/** The JSON that `aws sqs receive-message` prints. */
const received = z.object({
  Messages: z.array(z.object({ MessageId: z.string(), ReceiptHandle: z.string().default(''), Body: z.string() })),
})

/** A letter and its outcome. The receipt handle is the one with which SQS deletes it. */
export interface Outcome {
  messageId: string
  /** A `refused` letter will be refused again, unless the settings of email-worker change. A `failed` one can be taken later. */
  outcome: 'taken' | 'refused' | 'failed'
  reason: string | null
  receiptHandle: string
}

/** SNS waits as long for an answer. */
const TIMEOUT_MS = 15_000

/**
 * Hands over letters of a redrive queue, each as SNS itself would, so that the door verifies it like any other. `text` is what the AWS CLI
 * printed: for an empty queue, nothing. Throws if it is something else.
 */
export async function takeLetters(door: string, text: string): Promise<Outcome[]> {
  const { Messages: messages } = text.trim() === '' ? { Messages: [] } : received.parse(readJson(text))
  const outcomes: Outcome[] = []
  for (const { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body } of messages) {
    outcomes.push({ messageId, ...(await knock(door, body)), receiptHandle })
  }
  return outcomes
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('The file is not JSON: give the one that aws sqs receive-message --output json has written')
  }
}

async function knock(door: string, body: string): Promise<Pick<Outcome, 'outcome' | 'reason'>> {
  try {
    const headers = { 'content-type': 'text/plain; charset=UTF-8' }
    const response = await fetch(door, { method: 'POST', body, headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.ok) return { outcome: 'taken', reason: null }
    const isRefused = response.status < 500 && response.status !== 429
    return { outcome: isRefused ? 'refused' : 'failed', reason: `${response.status}: ${await response.text()}` }
  } catch (error) {
    const { cause } = error as Error
    return { outcome: 'failed', reason: `${door} does not answer: ${String(cause ?? error)}` }
  }
}
