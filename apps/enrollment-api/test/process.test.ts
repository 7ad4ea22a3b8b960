import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { type PublishedMessage, startAwsLocal } from '@coursewire/aws-local'
import { distributionPublished, enrollmentCompleted, toKafkaRecord } from '@coursewire/events'
import { createKafka, createTopics } from '@coursewire/messaging'
import { findFreePort, ownKafka, waitFor } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import { aPublishedDistribution } from '@coursewire/testing'
import { expect, it, onTestFinished } from 'vitest'
import { aStudent, environment, startService } from './helpers.ts'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Record<string, unknown>[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)))
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, exited, logged: (message: string) => lines.filter(({ msg }) => msg === message) }
}

it('the process learns about a course from Kafka, enrols, publishes to Kafka and SNS, sets poison aside, and stops', async () => {
  const kafkaServer = await ownKafka()
  onTestFinished(() => kafkaServer.stop())
  const dataDir = await mkdtemp(join(tmpdir(), 'coursewire-sns-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const aws = await startAwsLocal({ port: 0, dataDir })
  onTestFinished(() => aws.close())
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  const sns = new SNSClient({ endpoint: aws.url, region: 'us-east-1', credentials })
  await sns.send(new CreateTopicCommand({ Name: 'enrollment-completed' }))
  sns.destroy()

  const logger = createLogger({ service: 'test', level: 'silent' })
  const kafka = createKafka({ clientId: 'test', brokers: kafkaServer.brokers, logger })
  const topics = [distributionPublished.topic, enrollmentCompleted.topic, 'enrollment-api.dlq']
  await createTopics(
    kafka,
    topics.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1, configEntries: [] })),
  )
  const records: { topic: string; key: string; value: Buffer }[] = []
  const reader = kafka.consumer({ groupId: 'test' })
  onTestFinished(() => reader.disconnect())
  await reader.connect()
  await reader.subscribe({ topics: topics.slice(1), fromBeginning: true })
  await reader.run({
    eachMessage: async ({ topic, message: { key, value } }) => {
      records.push({ topic, key: String(key), value: value ?? Buffer.alloc(0) })
    },
  })

  // Only its database and its signer with the same key are used, not its HTTP server.
  const service = await startService()
  onTestFinished(() => service.close())
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const { child, exited, logged } = startProcess({
    ...environment,
    DATABASE_URL: service.config.DATABASE_URL,
    KAFKA_BROKERS: kafkaServer.brokers.join(),
    JWKS_URL: `${url}/.well-known/jwks.json`,
    PORT: String(port),
    AWS_ENDPOINT_URL_SNS: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  })
  await waitFor(async () => (await fetch(`${url}/health/ready`)).ok)
  await waitFor(() => logged('Started consuming events').length === 1)
  expect(logged('Started consuming events')).toMatchObject([{ topics: [distributionPublished.topic] }])

  const student = await aStudent(service)
  const courseId = `course-${randomUUID()}`
  const published = aPublishedDistribution({ course_id: courseId })
  const { key, value } = toKafkaRecord(distributionPublished, published)
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const messages = [
    { key, value: Buffer.from('not an event') },
    { key, value: Buffer.from(value) },
  ]
  await producer.send({ topic: distributionPublished.topic, messages })
  await producer.disconnect()

  const answer = await waitFor(async () => {
    const response = await fetch(`${url}/api/enrollments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${student.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ courseId }),
    })
    // Until the event arrives, the service asks about the course and gets no answer.
    return response.status === 503 ? null : response
  })
  expect(answer.status).toBe(201)
  const record = (await answer.json()) as { id: string }

  const [told, dead] = await waitFor(() => {
    const found = topics.slice(1).map((topic) => records.find((each) => each.topic === topic))
    return found.every(Boolean) && found
  })
  expect(told?.key).toBe(record.id)
  expect(JSON.parse(String(told?.value))).toMatchObject({
    payload: { enrollment_id: record.id, student_id: student.id },
  })
  expect(String(dead?.value)).toBe('not an event')
  const sent = await waitFor(async () => {
    const list = (await (await fetch(`${aws.url}/_published`)).json()) as PublishedMessage[]
    return list.length > 0 && list
  })
  expect(sent).toMatchObject([{ messageAttributes: { enrollment_id: { value: record.id } } }])
  await waitFor(() => logged('Enrollment completed event published').length === 2)
  expect(logged('Enrollment created')).toMatchObject([{ userId: student.id, courseId, enrollmentType: 'free' }])

  child.kill('SIGTERM')

  expect(await exited).toEqual([0, null])
  expect(logged('Stopped')).toHaveLength(1)
})

it('the process exits with 1 and one message if KEY_SEAL is not the one of the keys in its database', async () => {
  const service = await startService()
  onTestFinished(() => service.close())
  const KEY_SEAL = randomBytes(32).toString('base64url')

  const { exited, logged } = startProcess({
    ...environment,
    KEY_SEAL,
    DATABASE_URL: service.config.DATABASE_URL,
    JWKS_URL: 'http://127.0.0.1:9/jwks.json',
  })

  expect(await exited).toEqual([1, null])
  expect(logged('Start failed')).toMatchObject([
    { err: { message: expect.stringMatching(/^KEY_SEAL is not the one/) } },
  ])
  expect(logged('Uncaught exception')).toEqual([])
})

it('the process lists all missing variables and exits with 1', async () => {
  const { exited, logged } = startProcess({ PORT: 'x' })

  expect(await exited).toEqual([1, null])
  const [line] = logged('Start failed')
  for (const name of [
    'PORT',
    'ENROLLMENT_COMPLETED_TOPIC_ARN',
    'JWT_PRIVATE_KEY',
    'DATABASE_URL',
    'SERVICE_CLIENT_ID',
  ]) {
    expect(JSON.stringify(line)).toContain(name)
  }
})
