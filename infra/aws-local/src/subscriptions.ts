import { randomBytes, randomUUID } from 'node:crypto'
import { json } from 'node:stream/consumers'
import type { AcceptLog } from './accept-log.ts'
import type { Deliveries } from './deliveries.ts'
import type { PublishedMessage, Topic } from './sns.ts'

export interface Subscription {
  /** The subscription's ARN. */
  id: string
  topicArn: string
  endpoint: string
  token: string
  isConfirmed: boolean
}

/** Keeps who hears of a topic, and delivers its messages to them. */
export async function createSubscriptions(options: {
  topics: AcceptLog<Topic>
  log: AcceptLog<Subscription>
  deliveries: Deliveries
  getUrl: () => string
}) {
  const { topics, log, deliveries, getUrl } = options
  const kept = (await json(log.readArray(0, log.count))) as Subscription[]
  const all = new Map(kept.map((one) => [one.id, one]))
  const of = (topicArn: string) => [...all.values()].filter((one) => one.topicArn === topicArn)

  async function keep(subscription: Subscription): Promise<void> {
    await log.append([subscription])
    all.set(subscription.id, subscription)
  }

  async function deliver(
    { id, endpoint, topicArn }: Subscription,
    message: Parameters<typeof deliveries.add>[0]['message'],
  ) {
    const topic = await topics.find(topicArn)
    deliveries.add({ endpoint, subscriptionArn: id, version: topic?.signatureVersion ?? '1', message })
  }

  return {
    /** Asks the endpoint to confirm, unless it has done so. It hears nothing else before. */
    async add(topicArn: string, endpoint: string): Promise<Pick<Subscription, 'id' | 'isConfirmed'>> {
      const existing = of(topicArn).find((one) => one.endpoint === endpoint)
      if (existing?.isConfirmed) return existing
      const id = existing?.id ?? `${topicArn}:${randomUUID()}`
      const subscription = { id, topicArn, endpoint, token: randomBytes(64).toString('hex'), isConfirmed: false }
      await keep(subscription)
      const { token } = subscription
      const address = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: topicArn, Token: token })
      await deliver(subscription, {
        Type: 'SubscriptionConfirmation',
        MessageId: randomUUID(),
        Token: token,
        TopicArn: topicArn,
        Message: `You have chosen to subscribe to the topic ${topicArn}. To confirm, visit the SubscribeURL.`,
        SubscribeURL: `${getUrl()}/?${address.toString()}`,
        Timestamp: new Date().toISOString(),
      })
      return subscription
    },
    /** Returns the ARN, or null if the token belongs to no subscription of the topic. */
    async confirm(topicArn: string, token: string): Promise<string | null> {
      const subscription = of(topicArn).find((one) => one.token === token)
      if (!subscription) return null
      if (!subscription.isConfirmed) await keep({ ...subscription, isConfirmed: true })
      return subscription.id
    },
    async publish({ id, at, topicArn, subject, message, messageAttributes }: PublishedMessage): Promise<void> {
      const attributes = Object.entries(messageAttributes).map(([name, { type, value }]) => [
        name,
        { Type: type, Value: value },
      ])
      for (const subscription of of(topicArn)) {
        if (!subscription.isConfirmed) continue
        await deliver(subscription, {
          Type: 'Notification',
          MessageId: id,
          TopicArn: topicArn,
          ...(subject !== null && { Subject: subject }),
          Message: message,
          Timestamp: at,
          ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
        })
      }
    },
  }
}

export type Subscriptions = Awaited<ReturnType<typeof createSubscriptions>>
