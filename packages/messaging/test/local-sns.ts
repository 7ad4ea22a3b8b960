import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { startAwsLocal } from '@coursewire/aws-local'
import { onTestFinished, vi } from 'vitest'
import { startRelay } from '../src/relay/relay.ts'
import { createSnsChannel } from '../src/relay/sns-channel.ts'
import { createTestLogger, type Store } from './helpers.ts'

interface Published {
  subject: string
  message: string
  messageAttributes: Record<string, { value: string }>
}

type Fault = { kind: 'throttle' | 'error' | 'hang' | 'accept-then-drop'; times: number | null }

/** Starts a local SNS with one topic for a test. The AWS SDK finds it through the environment. */
export async function startLocalSns() {
  const dataDir = await mkdtemp(join(tmpdir(), 'sns-'))
  const aws = await startAwsLocal({ port: 0, dataDir })
  onTestFinished(async () => {
    await aws.close()
    await rm(dataDir, { recursive: true })
  })
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', aws.url)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  onTestFinished(() => void vi.unstubAllEnvs())
  const client = new SNSClient()
  const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: 'notes' }))
  client.destroy()

  return {
    topicArn: TopicArn,
    createTopic: async (name: string) => {
      const creating = new SNSClient()
      await creating.send(new CreateTopicCommand({ Name: name }))
      creating.destroy()
    },
    readPublished: async () => (await (await fetch(`${aws.url}/_published`)).json()) as Published[],
    setFault: ({ kind, times }: Fault) =>
      fetch(`${aws.url}/_faults`, {
        method: 'PUT',
        body: JSON.stringify({ service: 'sns', kind, times }),
        headers: { 'content-type': 'application/json' },
      }),
    clearFaults: () => fetch(`${aws.url}/_faults`, { method: 'DELETE' }),
  }
}

export function relaySns({ databaseUrl }: Store) {
  const log = createTestLogger()
  const relay = startRelay({
    databaseUrl,
    channel: createSnsChannel({ logger: log.logger }),
    logger: log.logger,
    logLines: { message: { published: 'Message published', failed: 'Message refused' } },
  })
  onTestFinished(() => relay.close())
  return log
}

/** Adds `count` messages to the outbox with one statement. */
export async function fillSnsOutbox({ pool }: Store, topicArn: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO outbox (channel, topic, payload, headers, log)
     SELECT 'sns', $1, convert_to('message ' || n, 'UTF8'), '[["Subject","Tm90ZQ=="]]',
            '{"type": "message", "fields": {}}'
     FROM generate_series(1, $2::int) AS n`,
    [topicArn, count],
  )
}
