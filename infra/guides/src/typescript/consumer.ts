// Writes a line of news for each course that is published. The README says which rules it keeps, and why.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Kafka, type KafkaMessage, Partitioners } from 'kafkajs'
import pg from 'pg'

const { KAFKA_BROKERS = '', DATABASE_URL = '', GROUP_ID = '', SCHEMAS = '' } = process.env
const topic = 'distribution.events.v1'

interface Published {
  id: string
  tenantId: string
  payload: { slug: string; title: string; published_at: string }
}

const { $defs } = JSON.parse(readFileSync(SCHEMAS, 'utf8'))
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const isPublished = ajv.compile<Published['payload']>($defs['distribution.published.v1'].properties.payload)

class UnreadableError extends Error {}

/** Returns null for an event that is not for us. Throws an `UnreadableError` for what can never be handled. */
function readEvent({ value }: KafkaMessage): Published | null {
  const event = parse(value)
  const { id, type, payload, meta, target } = event ?? {}
  const tenantId = meta?.tenant_id ?? payload?.tenant_id
  if (typeof id !== 'string' || typeof type !== 'string' || typeof tenantId !== 'string')
    throw new UnreadableError('not an event: id, type or tenant is missing')
  if (!String(meta?.schema_version).startsWith('1.'))
    throw new UnreadableError(`version ${meta?.schema_version} is not known`)
  if (type !== 'distribution.published' || (target !== null && target !== undefined && target !== GROUP_ID)) return null
  if (!isPublished(payload)) throw new UnreadableError(ajv.errorsText(isPublished.errors))
  return { id, tenantId, payload }
}

function parse(value: Buffer | null) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value ?? Buffer.alloc(0)))
  } catch (error) {
    throw new UnreadableError('not JSON', { cause: error })
  }
}

/** Remembers the event and writes its effect, both or none. An event that is remembered has had its effect. */
async function handle(pool: pg.Pool, { id, tenantId, payload }: Published): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { rowCount } = await client.query('INSERT INTO handled_events VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      tenantId,
      id,
    ])
    const { slug, title, published_at } = payload
    if (rowCount === 1)
      await client.query('INSERT INTO news VALUES ($1, $2, $3, $4)', [tenantId, slug, title, published_at])
    await client.query('COMMIT')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

const pool = new pg.Pool({ connectionString: DATABASE_URL })
const kafka = new Kafka({ clientId: GROUP_ID, brokers: KAFKA_BROKERS.split(',') })
const consumer = kafka.consumer({ groupId: GROUP_ID, allowAutoTopicCreation: false })
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
})

async function setAside({ key, value, headers }: KafkaMessage, partition: number, offset: string, reason: string) {
  const origin = { 'x-original-topic': topic, 'x-original-partition': `${partition}`, 'x-original-offset': offset }
  const messages = [{ key, value, headers: { ...headers, ...origin, 'x-error-message': reason } }]
  await producer.send({ topic: `${GROUP_ID}.dlq`, acks: -1, messages })
}

// Ends with what no record is to blame for, such as a lost database. Whoever starts it again continues where it was.
consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void consumer.disconnect().then(() => Promise.all([producer.disconnect(), pool.end()])))
}

await Promise.all([producer.connect(), consumer.connect()])
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  async eachMessage({ partition, message }) {
    try {
      const event = readEvent(message)
      if (event) await handle(pool, event)
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error
      await setAside(message, partition, message.offset, error.message)
    }
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }])
  },
})
