import { eventTopics } from '@coursewire/events'
import { createKafka, createTopics } from '@coursewire/messaging'
import { ownKafka, waitFor } from '@coursewire/servers'
import { createLogger, loadConfig } from '@coursewire/service-kit'
import { aGeneratedCourse, anEnrollment, aPublishedDistribution, createTestDatabase } from '@coursewire/testing'
import { expect, test } from 'vitest'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { settingsFor } from './helpers.ts'

test('every event and every dead letter on Kafka is stored once, however often it is delivered', async () => {
  const [broker, database] = await Promise.all([ownKafka(), createTestDatabase()])
  const logger = createLogger({ service: 'test', level: 'silent' })
  const kafka = createKafka({ clientId: 'test', brokers: broker.brokers, logger })
  const settings = { numPartitions: 2, replicationFactor: 1, configEntries: [] }
  const names = [...eventTopics, 'email-worker.dlq', 'audit-log.dlq']
  await createTopics(
    kafka,
    names.map((topic) => ({ topic, ...settings })),
  )
  const [producer, admin] = [kafka.producer(), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  const send = (topic: string, key: string, value: string | Buffer | null, headers = {}) =>
    producer.send({ topic, messages: [{ key, value, headers }] })

  const enrolled = anEnrollment()
  const unknown = { ...aPublishedDistribution(), type: 'distribution.invented_later' }
  const forAnother = { ...aGeneratedCourse(), target: 'somebody-else' }
  const broken = { ...aPublishedDistribution(), payload: { title: 7 } }
  await send('enrollment.events.v1', 'e', JSON.stringify(enrolled))
  await send('distribution.events.v1', 'd', JSON.stringify(unknown))
  await send('distribution.events.v1', 'b', JSON.stringify(broken))
  await send('course.events.v1', 'c', JSON.stringify(forAnother))
  await send('email-worker.dlq', 'x', Buffer.from([0xff, 0x00]), { 'x-error-code': 'record.not-an-envelope' })
  await send('email-worker.dlq', 'x', null, { 'x-error-code': 'record.tombstone' })
  await send('enrollment.events.v1', 'n', 'no event')

  /** Consumes from the beginning to the end, as after a group that was lost. */
  async function consume() {
    const config = loadConfig(configSchema, settingsFor(database.databaseUrl, { KAFKA_BROKERS: broker.brokers.join() }))
    const ctx = await createContext(config, logger)
    ctx.messaging.start()
    await waitFor(isDone, { timeoutMs: 60_000, message: 'everything to be consumed' })
    const { rows } = await ctx.db.$client.query(
      `SELECT tenant_id, topic, type, event_id, reason, bytes FROM records ORDER BY topic, event_id, bytes`,
    )
    const { rows: letters } = await ctx.db.$client.query(`SELECT count(*)::int FROM event_dedup WHERE outcome = 'dead'`)
    await ctx.close()
    await admin.deleteGroups(['audit-log'])
    return { rows, refused: letters[0].count }
  }
  async function isDone(): Promise<boolean> {
    const groups = await admin.fetchOffsets({ groupId: 'audit-log', topics: names.slice(0, -1) })
    const ends = await Promise.all(groups.map(({ topic }) => admin.fetchTopicOffsets(topic)))
    return groups.every(({ partitions }, index) =>
      (ends[index] ?? []).every(({ partition, high }) => {
        const committed = partitions.find((one) => one.partition === partition)
        return high === '0' || committed?.offset === high
      }),
    )
  }

  const first = await consume()
  const again = await consume()

  const letter = { tenant_id: '-', topic: 'email-worker.dlq', type: null, event_id: null }
  expect(first.rows.toSorted((a, b) => a.topic.localeCompare(b.topic))).toEqual([
    stored('course.events.v1', forAnother),
    ...[stored('distribution.events.v1', unknown), stored('distribution.events.v1', broken)].toSorted((a, b) =>
      a.event_id.localeCompare(b.event_id),
    ),
    { ...letter, reason: 'record.not-an-envelope', bytes: 2 },
    { ...letter, reason: 'record.tombstone', bytes: null },
    stored('enrollment.events.v1', enrolled),
  ])
  expect(first.refused).toBe(1)
  expect(again).toEqual(first)

  await Promise.all([producer.disconnect(), admin.disconnect()])
  await Promise.all([broker.stop(), database.drop()])
})

const stored = (topic: string, event: { id: string; type: string }) => ({
  tenant_id: 'acme',
  topic,
  type: event.type,
  event_id: event.id,
  reason: null,
  bytes: null,
})
