// pg-transactional-outbox with its replication listener: moves its outbox to Kafka until standard input ends. With the argument "setup"
// it only creates the table, the publication and the slot.
import { once } from 'node:events'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import pg from 'pg'
import {
  createReplicationMultiConcurrencyController,
  DatabaseSetup,
  initializeReplicationMessageListener,
} from 'pg-transactional-outbox'

const CONNECTIONS = 16
const { DATABASE_URL: connectionString, KAFKA_BROKERS } = process.env
const table = { outboxOrInbox: 'outbox', schema: 'public', table: 'outbox', listenerRole: 'postgres' }
const replication = { publication: 'race', replicationSlot: 'race' }

if (process.argv[2] === 'setup') await setUp()
else await relay()

async function setUp() {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(DatabaseSetup.dropAndCreateTable(table))
  await client.query(DatabaseSetup.setupReplicationCore({ ...table, ...replication }))
  await client.query(`SELECT pg_create_logical_replication_slot('race', 'pgoutput')`)
  await client.end()
}

async function relay() {
  const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
  await producer.connect()
  const send = createGatheringSend(producer)
  const [shutDown] = initializeReplicationMessageListener(
    {
      outboxOrInbox: 'outbox',
      dbListenerConfig: { connectionString },
      dbHandlerConfig: { connectionString, max: CONNECTIONS },
      settings: {
        dbSchema: table.schema,
        dbTable: table.table,
        dbPublication: replication.publication,
        dbReplicationSlot: replication.replicationSlot,
        restartDelaySlotInUseInMs: 10,
        enableMaxAttemptsProtection: false,
        enablePoisonousMessageProtection: false,
      },
    },
    {
      handle: ({ id, aggregateType, aggregateId, payload }) =>
        send(aggregateType, { key: aggregateId, value: JSON.stringify(payload), headers: { ce_id: id } }),
    },
    createQuietLogger(),
    { concurrencyStrategy: createReplicationMultiConcurrencyController(() => 'segment-mutex') },
  )
  process.stdin.resume()
  await once(process.stdin, 'end')
  await shutDown()
  await producer.disconnect()
}

/** Sends what is handed over in the same turn of the event loop in one request. */
function createGatheringSend(producer) {
  let gathered = new Map()
  let sending
  return (topic, message) => {
    sending ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      const topicMessages = [...gathered].map(([name, messages]) => ({ topic: name, messages }))
      gathered = new Map()
      sending = undefined
      return producer.sendBatch({ acks: -1, topicMessages })
    })
    gathered.set(topic, [...(gathered.get(topic) ?? []), message])
    return sending
  }
}

function createQuietLogger() {
  const ignore = () => undefined
  const report = (...parts) => console.error(...parts)
  return { trace: ignore, debug: ignore, info: ignore, warn: report, error: report, fatal: report }
}
