import { createKafka, createTopics, publishRecords, toKafkaSettings } from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { ownKafka } from '@coursewire/servers'
import { aPublishedDistribution, waitFor } from '@coursewire/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCatalogue, startWeb } from './helpers.ts'

let kafka: Awaited<ReturnType<typeof ownKafka>>
beforeAll(async () => {
  kafka = await ownKafka()
})
afterAll(() => kafka.stop())

/** Starts two instances of the pages that follow the events, before one catalogue. */
async function startTwo() {
  const catalogue = await startCatalogue()
  const env = { KAFKA_BROKERS: kafka.brokers.join(',') }
  const instances = await Promise.all([startWeb({ catalogue }, env), startWeb({ catalogue }, env)])
  const [{ ctx }] = instances
  const client = createKafka(toKafkaSettings('test', ctx.config, ctx.logger))
  await createTopics(client, topicsFor('local'))
  for (const { ctx } of instances) ctx.messaging.start()
  async function say(event: ReturnType<typeof aPublishedDistribution>): Promise<void> {
    const record = { topic: 'distribution.events.v1', key: 'any', headers: [['ce_type', event.type]] as const }
    await publishRecords(client, [{ ...record, value: Buffer.from(JSON.stringify(event)) }])
  }
  /** What each instance shows, and how often both have asked the catalogue for it. */
  async function read(slug = 'sauerteig') {
    const before = catalogue.calls.length
    const answers = await Promise.all(instances.map(({ get }) => get(`/courses/${slug}`)))
    return { statuses: answers.map(({ statusCode }) => statusCode), asked: catalogue.calls.length - before }
  }
  return { catalogue, say, read }
}

it('an event drops the page on every instance, and without Kafka the catalogue is asked each second', async () => {
  const { catalogue, say, read } = await startTwo()
  catalogue.publish()
  // Until both follow, and what they have loaded since is trusted.
  await waitFor(async () => (await read()).asked === 0 && (await read()).asked === 0)
  expect((await read()).statuses).toEqual([200, 200])

  catalogue.takeBack('sauerteig')
  await say(aPublishedDistribution({ distribution_id: 'dist_1', slug: 'sauerteig' }))
  await waitFor(async () => (await read()).statuses.join() === '404,404')

  await say(aPublishedDistribution({ distribution_id: 'dist_1', slug: 'sauerteig' }))
  catalogue.publish()
  await waitFor(async () => (await read()).statuses.join() === '200,200')

  await kafka.kill()
  catalogue.takeBack('sauerteig')
  await waitFor(async () => (await read()).statuses.join() === '404,404', { timeoutMs: 8_000 })
})
