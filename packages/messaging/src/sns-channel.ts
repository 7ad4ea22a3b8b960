import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import { readQueryForm } from '@coursewire/service-kit'
import type { Channel, SendOutcome, StoredRow } from './channel.ts'
import { readSnsRow } from './outbox.ts'

const ENTRIES = 10
const BYTES = 250_000
const IN_FLIGHT = 6

/** Splits rows into requests SNS takes: of one topic, at most ten entries and 250 KB each. */
export function splitIntoRequests(rows: StoredRow[]): StoredRow[][] {
  const requests: { rows: StoredRow[]; bytes: number }[] = []
  for (const row of rows) {
    const bytes = (row.payload?.byteLength ?? 0) + row.headers.length
    const last = requests.findLast((request) => request.rows[0]?.topic === row.topic)
    if (last && last.rows.length < ENTRIES && last.bytes + bytes <= BYTES) {
      last.rows.push(row)
      last.bytes += bytes
    } else {
      requests.push({ rows: [row], bytes })
    }
  }
  return requests.map((request) => request.rows)
}

/** Publishes rows on SNS topics, several requests at a time; no order is promised there. */
export function createSnsChannel(): Channel {
  // Back-off is the relay's: retries inside the client would only hide the refusal from its log.
  const client = new SNSClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  })

  async function publish(rows: StoredRow[], outcome: SendOutcome): Promise<void> {
    try {
      const { Failed = [] } = await client.send(toCommand(rows))
      for (const row of rows) {
        const refusal = Failed.find((entry) => entry.Id === row.id)
        if (!refusal) {
          outcome.sent.push(row)
        } else if (refusal.SenderFault) {
          outcome.parked.push({ row, reason: `${refusal.Code}: ${refusal.Message}` })
        } else {
          outcome.failed.push({ row, error: new Error(`${refusal.Code}: ${refusal.Message}`) })
          outcome.isDown = true
        }
      }
    } catch (error) {
      outcome.failed.push(...rows.map((row) => ({ row, error })))
      outcome.isDown = true
    }
  }

  return {
    name: 'sns',
    batch: { rows: 4 * IN_FLIGHT * ENTRIES, bytes: 4 * IN_FLIGHT * BYTES },
    gatherMs: 20,

    async send(rows) {
      const outcome: SendOutcome = { sent: [], parked: [], failed: [], isDown: false }
      const requests = splitIntoRequests(rows)
      async function publishNext(): Promise<void> {
        for (let next = requests.shift(); next && !outcome.isDown; next = requests.shift()) await publish(next, outcome)
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, publishNext))
      return outcome
    },

    topicsSetAside: () => [],
    close: async () => client.destroy(),
  }
}

function toCommand(rows: StoredRow[]): PublishBatchCommand {
  const topicArn = rows[0]?.topic ?? ''
  const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: rows.map(toEntry) })
  command.middlewareStack.add(
    (next) => async (call) => {
      assertCarries(topicArn, rows, (call.request as { body?: unknown }).body)
      return next(call)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'departure' },
  )
  return command
}

/** Throws unless the finished request is these rows to this topic: SNS would take others under their ids. */
function assertCarries(topicArn: string, rows: StoredRow[], body: unknown): void {
  const form = readQueryForm(body)
  const ids = [...form].filter(([name]) => name.endsWith('.Id')).map(([, id]) => id)
  const isOurs = decodeURIComponent(form.get('TopicArn') ?? '') === topicArn
  if (!isOurs || ids.join() !== rows.map(({ id }) => id).join())
    throw new Error('the finished request holds other messages')
}

function toEntry(row: StoredRow) {
  const { subject, message, attributes } = readSnsRow(row)
  return {
    Id: row.id,
    Subject: subject.toWellFormed(),
    Message: message,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value.toWellFormed() },
      ]),
    ),
  }
}
