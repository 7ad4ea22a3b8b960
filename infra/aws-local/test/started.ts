import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SESClient, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-ses'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { onTestFinished } from 'vitest'
import { type Mail, type PublishedMessage, startAwsLocal } from '../src/index.ts'

export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'aws-local-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

/** Starts a server in process for one test, with real clients that do not retry. */
export async function start(dataDir?: string) {
  const aws = await startAwsLocal({ port: 0, dataDir: dataDir ?? (await makeDataDir()) })
  onTestFinished(() => aws.close())
  return { ...aws, ...connect(aws.url) }
}

export function connect(endpoint: string) {
  const credentials = { accessKeyId: randomUUID(), secretAccessKey: randomUUID() }
  const sns = new SNSClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 })
  const ses = new SESClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 })
  return {
    sns,
    ses,
    createTopic: async (name = 'enrollments') =>
      (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn ?? '',
    sendMail: async (changes: Partial<SendEmailCommandInput> = {}) =>
      (await ses.send(new SendEmailCommand({ ...aMail(), ...changes }))).MessageId ?? '',
    readInbox: () => readJson<Mail[]>(`${endpoint}/_inbox`),
    readPublished: () => readJson<PublishedMessage[]>(`${endpoint}/_published`),
    setFault: async (fault: object) =>
      (
        await fetch(`${endpoint}/_faults`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(fault),
        })
      ).status,
    clearFaults: () => fetch(`${endpoint}/_faults`, { method: 'DELETE' }),
  }
}

function aMail(): SendEmailCommandInput {
  return {
    Source: 'Coursewire <hello@coursewire.example>',
    Destination: { ToAddresses: ['anna@example.com'] },
    Message: { Subject: { Data: 'Welcome' }, Body: { Html: { Data: '<p>Hello</p>' }, Text: { Data: 'Hello' } } },
  }
}

async function readJson<Result>(url: string): Promise<Result> {
  return (await fetch(url)).json() as Promise<Result>
}
