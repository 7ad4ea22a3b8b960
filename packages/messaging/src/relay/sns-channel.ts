import type { Readable } from 'node:stream'
import {
  PublishBatchCommand,
  type PublishBatchCommandInput,
  type PublishBatchCommandOutput,
  SNSClient,
} from '@aws-sdk/client-sns'
import { createQuerySender, encodeQuery, type Logger } from '@coursewire/service-kit'
import { readSnsRow } from '../outbox/outbox.ts'
import type { Channel, SendOutcome, StoredRow } from './channel.ts'
import { createSetAside, MANY_REFUSED } from './set-aside.ts'

const ENTRIES = 10
const BYTES = 250_000
const IN_FLIGHT = 6

const tooLarge = new Set(['BatchRequestTooLongException', 'BatchRequestTooLong', 'RequestEntityTooLarge'])
// The topic is gone, forbidden, misnamed, or encrypted with an unavailable key. A single entry may get these errors too.
const topicFaults =
  /^(NotFound|AuthorizationError|InvalidParameter|InvalidParameterValue|ValidationError|InvalidSecurity|EndpointDisabled|KMS\w+?)(Exception)?$/
const ofEntry = new Set(['InvalidParameter', 'InvalidParameterValue', 'ValidationError'])

/** The cause of a refused request: a row, its topic, or neither (SNS, the network, ourselves). */
function findSnsFault(error: unknown): 'row' | 'topic' | 'sns' {
  if (!(error instanceof Error)) return 'sns'
  if (tooLarge.has(error.name)) return 'row'
  return topicFaults.test(error.name) ? 'topic' : 'sns'
}

/** Splits rows into requests that SNS accepts: one topic, at most ten entries and 250 KB each. */
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

/** Publishes rows on SNS topics, several requests at a time. SNS promises no order. */
export function createSnsChannel({ logger }: { logger: Logger }): Channel {
  const setAside = createSetAside(logger)
  // The relay backs off. Retries inside the client would only hide the refusal from the relay's log.
  const client = new SNSClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  })
  const sendForm = createQuerySender<PublishBatchCommandInput, PublishBatchCommandOutput>(
    client.config.requestHandler,
    (plugin) => {
      const command = new PublishBatchCommand({ TopicArn: '', PublishBatchRequestEntries: [] })
      command.middlewareStack.add((next) => async (call) => skipSuccesses(await next(call)), {
        step: 'deserialize',
        priority: 'low',
        name: 'successes',
      })
      command.middlewareStack.use(plugin)
      return client.send(command)
    },
  )

  async function publish(topic: string, rows: StoredRow[], outcome: SendOutcome, refusedTopics: RefusedTopics) {
    const refuseTopic = (refused: StoredRow[], error: unknown) => {
      outcome.failed.push(...refused.map((row) => ({ row, error })))
      refusedTopics.set(topic, error)
    }
    try {
      const { Failed = [] } = await sendForm(encodeBatch(topic, rows))
      for (const row of rows) {
        const refusal = Failed.find((entry) => entry.Id === row.id)
        if (!refusal) {
          outcome.sent.push(row)
          continue
        }
        const error = Object.assign(new Error(`${refusal.Code}: ${refusal.Message}`), { name: refusal.Code ?? '' })
        if (!ofEntry.has(error.name) && findSnsFault(error) === 'topic') {
          refuseTopic([row], error)
        } else if (refusal.SenderFault) {
          outcome.parked.push({ row, reason: error.message })
        } else {
          outcome.failed.push({ row, error })
          outcome.isDown = true
        }
      }
    } catch (error) {
      const fault = findSnsFault(error)
      const [row] = rows
      if (fault === 'topic') {
        refuseTopic(rows, error)
      } else if (fault === 'row' && rows.length === 1 && row) {
        outcome.parked.push({ row, reason: error instanceof Error ? error.message : String(error) })
      } else if (fault === 'row') {
        const half = Math.ceil(rows.length / 2)
        await publish(topic, rows.slice(0, half), outcome, refusedTopics)
        await publish(topic, rows.slice(half), outcome, refusedTopics)
      } else {
        outcome.failed.push(...rows.map((each) => ({ row: each, error })))
        outcome.isDown = true
      }
    }
  }

  return {
    name: 'sns',
    batch: { rows: 4 * IN_FLIGHT * ENTRIES, bytes: 4 * IN_FLIGHT * BYTES },
    gatherMs: 20,

    async send(rows) {
      const outcome: SendOutcome = { sent: [], parked: [], failed: [], isDown: false }
      const refusedTopics: RefusedTopics = new Map()
      const requests = splitIntoRequests(rows)
      async function publishNext(): Promise<void> {
        for (let next = requests.shift(); next && !outcome.isDown; next = requests.shift()) {
          const topic = next[0]?.topic ?? ''
          if (!refusedTopics.has(topic)) await publish(topic, next, outcome, refusedTopics)
        }
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, publishNext))
      spareEveryRow(outcome, refusedTopics)
      for (const { topic } of outcome.sent) if (!refusedTopics.has(topic)) setAside.release(topic)
      for (const [topic, error] of refusedTopics) setAside.put(topic, error)
      return outcome
    },

    topicsSetAside: () => setAside.list(),
    close: async () => client.destroy(),
  }
}

type RefusedTopics = Map<string, unknown>

/** If all rows of a topic are refused one by one, the topic is at fault, and none of them is parked. */
function spareEveryRow(outcome: SendOutcome, refusedTopics: RefusedTopics): void {
  for (const topic of new Set(outcome.parked.map(({ row }) => row.topic))) {
    const refused = outcome.parked.filter(({ row }) => row.topic === topic)
    if (refused.length < MANY_REFUSED || outcome.sent.some((row) => row.topic === topic)) continue
    const error = new Error(refused[0]?.reason)
    outcome.parked = outcome.parked.filter(({ row }) => row.topic !== topic)
    outcome.failed.push(...refused.map(({ row }) => ({ row, error })))
    refusedTopics.set(topic, error)
  }
}

const withoutFailures = /<Failed(\/>|><\/Failed>)/

/** Empties an answer without failures. Nobody reads the accepted entries, and parsing them would take as long as sending the request. */
async function skipSuccesses<Answer extends { response: unknown }>(answer: Answer): Promise<Answer> {
  const response = answer.response as { body: unknown }
  const body = Buffer.concat(await (response.body as Readable).toArray())
  response.body = withoutFailures.test(body.toString()) ? Buffer.of() : body
  return answer
}

function encodeBatch(topicArn: string, rows: StoredRow[]): string {
  const entries = rows.map(toEntry)
  return encodeQuery('PublishBatch', '2010-03-31', { TopicArn: topicArn, PublishBatchRequestEntries: entries })
}

function toEntry(row: StoredRow) {
  const { subject, message, attributes } = readSnsRow(row)
  const entry = Object.entries(attributes).map(([name, value], index) => [
    index + 1,
    { Name: name, Value: { DataType: 'String', StringValue: value.toWellFormed() } },
  ])
  return {
    Id: row.id,
    Subject: subject.toWellFormed(),
    Message: message,
    MessageAttributes: { entry: Object.fromEntries(entry) },
  }
}
