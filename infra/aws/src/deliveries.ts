import { feedbackUrlOf } from '@coursewire/product'
import { type App, Duration, Stack } from 'aws-cdk-lib'
import { BackoffFunction, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns'
import type { Environment } from './environment.ts'
import type { Letters } from './messaging.ts'
import type { Services } from './services.ts'
import { openStack } from './stack.ts'

/**
 * Has SNS deliver letters to email-worker, and put those that it does not take within an hour into the redrive queues. It comes after the
 * services, because email-worker confirms each subscription.
 */
export function createDeliveries(
  app: App,
  environment: Environment,
  letters: Record<string, Letters>,
  services: Services,
): void {
  const stack = openStack(app, environment, 'deliveries', 'The subscriptions of email-worker')
  stack.addStackDependency(Stack.of(services['email-worker'].service))
  for (const [id, { topic, redrive }] of Object.entries(letters)) {
    new Subscription(stack, id, {
      topic,
      protocol: SubscriptionProtocol.HTTPS,
      endpoint: feedbackUrlOf(`https://${environment.domain}`),
      deadLetterQueue: redrive,
      deliveryPolicy: {
        healthyRetryPolicy: {
          minDelayTarget: Duration.seconds(20),
          maxDelayTarget: Duration.seconds(120),
          numRetries: 30,
          backoffFunction: BackoffFunction.EXPONENTIAL,
        },
      },
    })
  }
}
