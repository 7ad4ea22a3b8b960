import { type App, Aws, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Environment } from './environment.ts'
import type { Roles } from './roles.ts'
import { accept, openStack } from './stack.ts'

/** A topic, and the queue for what its subscriber does not take. */
export interface Letters {
  topic: Topic
  redrive: Queue
}
export type Messaging = ReturnType<typeof createMessaging>

/** Creates the topic on which enrollment-api alone publishes enrolments, and the one on which alarms ring. */
export function createMessaging(app: App, environment: Environment, { key, roles }: { key: IKey; roles: Roles }) {
  const stack = openStack(app, environment, 'messaging', 'The topics of enrolments and alarms')
  const enrollment = createLetters(stack, environment, {
    what: 'enrollment-completed',
    topicName: 'EnrollmentCompleted',
    key,
  })
  const { roleArn, grantPrincipal } = roles['enrollment-api']
  const publish = { actions: ['sns:Publish'], resources: [enrollment.topic.topicArn] }
  enrollment.topic.addToResourcePolicy(new PolicyStatement({ ...publish, principals: [grantPrincipal] }))
  // Another role of the account could otherwise allow itself to publish.
  enrollment.topic.addToResourcePolicy(
    new PolicyStatement({
      ...publish,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
    }),
  )

  const topicName = `coursewire-${environment.name}-alarms`
  const alarms = new Topic(stack, 'Alarms', { topicName, masterKey: key, enforceSSL: true })
  alarms.addToResourcePolicy(
    new PolicyStatement({
      actions: ['sns:Publish'],
      resources: [alarms.topicArn],
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
  return { enrollment, alarms }
}

/** Creates a topic for letters to email-worker, and their redrive queue. */
export function createLetters(
  stack: Stack,
  { name }: Environment,
  { what, topicName, key }: { what: string; topicName: string; key: IKey },
): Letters {
  const redrive = new Queue(stack, 'Redrive', {
    queueName: `coursewire-${name}-${what}-redrive`,
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.RETAIN,
  })
  accept(redrive, { 'AwsSolutions-SQS3': 'It is the dead-letter queue of a subscription.' })
  return { topic: new Topic(stack, 'Letters', { topicName, masterKey: key, enforceSSL: true }), redrive }
}
