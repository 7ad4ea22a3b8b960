import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import fastify from 'fastify'
import { AcceptLog } from './accept-log.ts'
import { createDeliveries } from './deliveries.ts'
import { createFaults, faultRoutes } from './faults.ts'
import { createFeedback } from './feedback.ts'
import { inboxRoutes } from './inbox-routes.ts'
import { answerLinks, queryRoutes } from './query-routes.ts'
import { createQuota, quotaRoutes } from './quota.ts'
import { type ConfigurationSet, createSes, type Mail } from './ses.ts'
import { createSigner } from './signer.ts'
import { buildMessage, createSns, type PublishedMessage, type Topic } from './sns.ts'
import { createSubscriptions, type Subscription } from './subscriptions.ts'

// Escaping can make a form three times as long as the 10 MiB of mail in it.
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

export interface AwsLocal {
  url: string
  /** Ends every connection, answered or not. Everything that was accepted is on disk. */
  close(): Promise<void>
}

/**
 * Starts SNS and SES on one port (0 for a free one), with everything that was accepted in the same folder before. `publicUrl` is where
 * subscribers find it, if not at the address where it listens.
 */
export async function startAwsLocal(options: {
  port: number
  dataDir: string
  host?: string
  publicUrl?: string | undefined
}): Promise<AwsLocal> {
  const { port, dataDir, host = '127.0.0.1', publicUrl } = options
  await mkdir(dataDir, { recursive: true })
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, requestTimeout: 30_000, forceCloseConnections: true })

  async function openLog<Entry extends { id: string }>(name: string): Promise<AcceptLog<Entry>> {
    const log = await AcceptLog.open<Entry>(join(dataDir, name))
    app.addHook('onClose', () => log.close())
    return log
  }

  try {
    const topics = await openLog<Topic>('topics.jsonl')
    const published = await openLog<PublishedMessage>('published.jsonl')
    const mails = await openLog<Mail>('mails.jsonl')
    let url = ''
    const signer = createSigner()
    const deliveries = createDeliveries(signer, () => publicUrl ?? url)
    const subscriptions = await createSubscriptions({
      topics,
      log: await openLog<Subscription>('subscriptions.jsonl'),
      deliveries,
      getUrl: () => publicUrl ?? url,
    })
    const feedback = createFeedback((topicArn, subject, message) =>
      subscriptions.publish(buildMessage(topicArn, subject, message)),
    )
    const configurationSets = await openLog<ConfigurationSet>('configuration-sets.jsonl')
    const quota = createQuota()
    const faults = createFaults()
    const sns = createSns(topics, published, subscriptions)
    const servicesByVersion = new Map([
      ['2010-03-31', sns],
      ['2010-12-01', createSes({ mails, configurationSets, quota, feedback })],
    ])
    app.addHook('preClose', async () => {
      feedback.close()
      deliveries.close()
    })
    answerLinks(app, sns)
    await app.register(queryRoutes(servicesByVersion, faults))
    await app.register(inboxRoutes(mails, published))
    await app.register(faultRoutes(faults))
    await app.register(quotaRoutes(quota))
    app.get('/:file(^SimpleNotificationService-\\w+\\.pem$)', async ({ url: path }, reply) => {
      const certificate = signer.getCertificate(path)
      return certificate === null ? reply.callNotFound() : reply.type('application/x-pem-file').send(certificate)
    })
    app.get('/health/ready', async () => ({ status: 'ok' }))
    url = await app.listen({ port, host })
    return { url, close: () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}
