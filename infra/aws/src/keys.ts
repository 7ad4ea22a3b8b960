import { type App, Aws, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { type Environment, region } from './environment.ts'
import { openStack } from './stack.ts'

/** Creates the key that encrypts everything an environment stores. */
export function createKeys(app: App, environment: Environment): { key: IKey } {
  const stack = openStack(app, environment, 'keys', 'The key that encrypts all data')
  const key = new Key(stack, 'Key', {
    alias: `coursewire-${environment.name}`,
    enableKeyRotation: true,
    // Without the key nobody can read a backup.
    removalPolicy: RemovalPolicy.RETAIN,
  })
  // SNS fills queues, SES and alarms publish on topics. A service that works for another account may not use the key.
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: ['sns', 'ses', 'cloudwatch'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
  const logGroups = `arn:${Aws.PARTITION}:logs:${region}:${Aws.ACCOUNT_ID}:log-group:*`
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  )
  // A reference, whose policy no grant of another stack changes: that stack would then have to come before the key.
  return { key: Key.fromKeyArn(stack, 'Reference', key.keyArn) }
}
