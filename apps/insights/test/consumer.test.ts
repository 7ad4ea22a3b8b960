import { accountErased, distributionPublished, type EventEnvelope, enrollmentCompleted } from '@coursewire/events'
import { createKafka, createTopics } from '@coursewire/messaging'
import { ownKafka, waitFor } from '@coursewire/servers'
import { loadConfig } from '@coursewire/service-kit'
import {
  aCancelledEnrollment,
  anEnrollment,
  anErasedAccount,
  aPublishedDistribution,
  createTestDatabase,
} from '@coursewire/testing'
import { expect, test } from 'vitest'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { logger, settingsFor } from './helpers.ts'

const topics = [enrollmentCompleted.topic, distributionPublished.topic, accountErased.topic]

test('everything on Kafka counts once, however often it is delivered, and reading it all again changes nothing', async () => {
  const [broker, database] = await Promise.all([ownKafka(), createTestDatabase()])
  const kafka = createKafka({ clientId: 'test', brokers: broker.brokers, logger })
  await createTopics(
    kafka,
    topics.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1, configEntries: [] })),
  )
  const [producer, admin] = [kafka.producer(), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  const send = (topic: string, events: EventEnvelope[]) =>
    producer.send({ topic, messages: events.map((event) => ({ key: event.id, value: JSON.stringify(event) })) })

  const students = Array.from({ length: 40 }, (_, index) => `usr_${index}`)
  const joins = students.flatMap((student_id) =>
    ['moss', 'fern'].map((course_id) => anEnrollment({ student_id, course_id })),
  )
  const leaves = students.slice(0, 10).map((student_id) => aCancelledEnrollment({ student_id, course_id: 'fern' }))
  // A leave may be read before the join, which is on another partition.
  await send(enrollmentCompleted.topic, [...leaves, ...joins, ...joins, ...leaves])
  await send(distributionPublished.topic, [aPublishedDistribution({ course_id: 'moss' })])

  /** Consumes from the beginning to the end, as after a group that was lost. */
  async function consume() {
    const config = loadConfig(configSchema, settingsFor(database.databaseUrl, broker.brokers.join()))
    const ctx = await createContext(config, logger)
    ctx.messaging.start()
    await waitFor(isDone, { timeoutMs: 60_000, message: 'everything to be consumed' })
    const read = async (table: string) =>
      (await ctx.db.$client.query(`SELECT * FROM ${table} ORDER BY ${table}::text`)).rows
    const tables = [
      'tenants',
      'learner_counts',
      'pages',
      'enrollments',
      'learner_courses',
      'course_counts',
      'course_pairs',
      'first_joins',
      'erased_accounts',
    ]
    const found = Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await read(table)])))
    await ctx.close()
    await admin.deleteGroups(['insights'])
    return found
  }
  async function isDone(): Promise<boolean> {
    const groups = await admin.fetchOffsets({ groupId: 'insights', topics })
    const ends = await Promise.all(groups.map(({ topic }) => admin.fetchTopicOffsets(topic)))
    return groups.every(({ partitions }, index) =>
      (ends[index] ?? []).every(
        ({ partition, high }) => high === '0' || partitions.find((one) => one.partition === partition)?.offset === high,
      ),
    )
  }

  const first = await consume()
  await send(accountErased.topic, [anErasedAccount({ account_id: 'usr_20' })])
  const erased = await consume()
  const again = await consume()

  expect(first['learner_counts']).toMatchObject([{ learners: 40 }])
  expect(first['course_counts']).toMatchObject([
    { course_id: 'fern', learners: 30 },
    { course_id: 'moss', learners: 40 },
  ])
  expect(first['course_pairs']).toMatchObject([{ course_id: 'fern', other_course_id: 'moss', learners: 30 }])
  const rest = first['learner_courses']?.filter(({ student_id }: { student_id: string }) => student_id !== 'usr_20')
  expect(erased).toEqual({
    ...first,
    learner_courses: rest,
    erased_accounts: [expect.objectContaining({ account_id: 'usr_20' })],
  })
  expect(again).toEqual(erased)

  await Promise.all([producer.disconnect(), admin.disconnect()])
  await Promise.all([broker.stop(), database.drop()])
})
