import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import fastify from 'fastify'
import { AcceptLog } from './accept-log.ts'
import { createFaults, faultRoutes } from './faults.ts'
import { inboxRoutes } from './inbox-routes.ts'
import { queryRoutes } from './query-routes.ts'
import { createSes, type Mail } from './ses.ts'
import { createSns, type PublishedMessage, type Topic } from './sns.ts'

// Escaping can make a form three times as long as the 10 MiB of mail in it.
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

export interface AwsLocal {
  url: string
  /** Ends every connection, answered or not. Everything that was accepted is on disk. */
  close(): Promise<void>
}

/** Starts SNS and SES on one port (0 for a free one), with everything that was accepted in the same folder before. */
export async function startAwsLocal(options: { port: number; dataDir: string; host?: string }): Promise<AwsLocal> {
  const { port, dataDir, host = '127.0.0.1' } = options
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
    const faults = createFaults()
    const servicesByVersion = new Map([
      ['2010-03-31', createSns(topics, published)],
      ['2010-12-01', createSes(mails)],
    ])
    await app.register(queryRoutes(servicesByVersion, faults))
    await app.register(inboxRoutes(mails, published))
    await app.register(faultRoutes(faults))
    app.get('/health/ready', async () => ({ status: 'ok' }))
    return { url: await app.listen({ port, host }), close: () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}
