import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { appNames, appOf, databases, findAppFor, secretNames, topicsFor } from '@coursewire/product'
import { loadConfig } from '@coursewire/service-kit'
import { Stack } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { failedLine } from '../src/alarms.ts'
import { buildApp } from '../src/app.ts'
import { listCosts } from '../src/costs.ts'
import { environments, region } from '../src/environment.ts'

interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON of any shape
  // oxlint-disable-next-line typescript/no-explicit-any -- templates are JSON of any shape
  Properties: any
}
type Template = { Resources: Record<string, Resource> }

const root = join(import.meta.dirname, '../../..')
const templates = new Map<string, Template>()

// The synthesis throws if cdk-nag or the schemas of CloudFormation find something.
beforeAll(() => {
  for (const { stackName, template } of buildApp('a-version').synth().stacks) {
    templates.set(stackName, template as Template)
  }
}, 600_000)

const stackOf = (concern: string, environment = 'production') => {
  const template = templates.get(`coursewire-${environment}-${concern}`)
  if (!template) throw new Error(`There is no stack ${concern}`)
  return template
}

/** Lists the resources of a type in all stacks of production. */
function findAll(type: string): (Resource & { id: string })[] {
  return [...templates]
    .filter(([name]) => name.startsWith('coursewire-production-'))
    .flatMap(([, { Resources }]) => Object.entries(Resources).map(([id, resource]) => ({ id, ...resource })))
    .filter(({ Type }) => Type === type)
}
const propertiesOf = (type: string) => findAll(type).map(({ Properties }) => Properties)

/** Resolves what CloudFormation will, with examples. */
function resolve(value: unknown): string {
  if (typeof value === 'string') return value
  const { 'Fn::Join': joined, 'Fn::ImportValue': imported = '' } = value as {
    'Fn::Join'?: [string, unknown[]]
    'Fn::ImportValue'?: string
  }
  if (joined) return joined[1].map(resolve).join(joined[0])
  return imported.includes('Letters')
    ? `arn:aws:sns:${region}:000000000000:${imported.replace(/.*:/, '')}`
    : 'resolved.test'
}

const containersOf = (concern: string, image: string) =>
  Object.values(stackOf(concern).Resources)
    .filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition')
    .find(({ Properties }) => Properties.Family === `coursewire-production-${image}`)?.Properties.ContainerDefinitions
const environmentOf = (container: { Environment?: { Name: string; Value: unknown }[] }) =>
  Object.fromEntries((container.Environment ?? []).map(({ Name, Value }) => [Name, resolve(Value)]))
const secretsOf = (container: { Secrets?: { Name: string; ValueFrom: unknown }[] }) =>
  Object.fromEntries((container.Secrets ?? []).map(({ Name, ValueFrom }) => [Name, JSON.stringify(ValueFrom)]))

test('a finding of cdk-nag fails the synthesis', () => {
  const app = buildApp('a-version')
  new Queue(new Stack(app, 'another'), 'Open')

  expect(() => app.synth()).toThrow('AwsSolutions-SQS')
})

test('a second environment changes names alone', () => {
  const [first, second] = environments.map(({ name }) => {
    const own = [...templates].filter(([stack]) => stack.startsWith(`coursewire-${name}-`))
    return Object.fromEntries(own.map(([stack, template]) => [stack.replace(name, 'name'), withoutNames(template)]))
  })

  expect(Object.keys(first ?? {})).toHaveLength(12)
  expect(second).toEqual(first)

  // The ids that CDK derives from names end with a hash.
  function withoutNames(template: Template): string {
    return JSON.stringify(template)
      .replaceAll('staging.coursewire.example', 'coursewire.example')
      .replace(/staging|production/g, 'name')
      .replace(/\w*coursewirename\w*/g, 'id')
      .replace(/(?<=\w)[\dA-F]{8}\b/g, 'hash')
  }
})

test('no account and no file is needed, so that any account can have an environment', () => {
  expect(JSON.stringify([...templates])).not.toMatch(/:\d{12}:|cdk-hnb659fds-assets/)
})

describe('what roles may do', () => {
  const actionsOf = (role: RegExp) =>
    findAll('AWS::IAM::Policy')
      .filter(({ Properties }) => role.test(JSON.stringify(Properties.Roles)))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action }: { Action: string | string[] }) => Action)
      .toSorted()

  test.each([
    ['web', ['cloudfront:CreateInvalidation']],
    ['enrollmentapi', ['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish']],
    ['emailworker', ['ses:GetSendQuota', 'ses:SendRawEmail']],
    ['distributionservice', []],
    ['auditlog', []],
    ['insights', []],
  ])('%s may do this and nothing else: %j', (app, actions) => {
    expect(actionsOf(new RegExp(`roles:ExportsOutputRef${app}[\\dA-F]{8}`))).toEqual(actions)
  })

  test('every app has a role of its own, without policies of AWS or of itself', () => {
    expect(
      findAll('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns ?? Properties.Policies),
    ).toEqual([])
    expect(Object.keys(stackOf('roles').Resources)).toHaveLength(appNames.length)
  })

  test.each(['setup', ...appNames])(
    'the agent that starts %s reads its image and secrets, and writes its log',
    (image) => {
      const actions = actionsOf(new RegExp(`"${image.replaceAll('-', '')}taskExecutionRole`))

      expect([...new Set(actions)]).toEqual([
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetAuthorizationToken',
        'ecr:GetDownloadUrlForLayer',
        'kms:Decrypt',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
      ])
    },
  )

  test('only the log of the network is written by another role', () => {
    expect(actionsOf(/FlowLog/)).toEqual(['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'])
    expect(findAll('AWS::IAM::Policy')).toHaveLength(3 + (appNames.length + 1) + 1)
  })

  test('enrollment-api alone may publish enrolments, and knows the topic', () => {
    const { Resources: resources } = stackOf('messaging')
    const policy = Object.values(resources).find(
      ({ Type, Properties }) =>
        Type === 'AWS::SNS::TopicPolicy' &&
        resources[Properties.Topics[0].Ref]?.Properties.TopicName === 'EnrollmentCompleted',
    )?.Properties
    const [, allowed, denied] = policy.PolicyDocument.Statement
    const { AWS: role } = allowed.Principal

    expect(policy.PolicyDocument.Statement).toHaveLength(3)
    expect(JSON.stringify(role)).toContain('roles:ExportsOutputFnGetAttenrollmentapi')
    expect(allowed).toMatchObject({ Effect: 'Allow', Action: 'sns:Publish' })
    expect(denied).toMatchObject({
      Effect: 'Deny',
      Action: 'sns:Publish',
      Principal: { AWS: '*' },
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': role } },
    })
    const [container] = containersOf('services', 'enrollment-api')
    expect(environmentOf(container)['ENROLLMENT_COMPLETED_TOPIC_ARN']).toMatch(/^arn:aws:sns:/)
  })
})

test('nothing is public but CloudFront and what leaves the network', () => {
  const groups = propertiesOf('AWS::EC2::SecurityGroup').flatMap(
    ({ SecurityGroupIngress = [] }) => SecurityGroupIngress,
  )
  const ingress = [...groups, ...propertiesOf('AWS::EC2::SecurityGroupIngress')]
  expect(ingress.filter(({ CidrIp, CidrIpv6 }) => (CidrIp ?? CidrIpv6 ?? '10.0.0.0/16') !== '10.0.0.0/16')).toEqual([])
  expect(propertiesOf('AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject([{ Scheme: 'internal' }])
  expect(propertiesOf('AWS::RDS::DBInstance')).toMatchObject([{ PubliclyAccessible: false }])
  expect(propertiesOf('AWS::EC2::Subnet').filter(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toEqual([])
  for (const { NetworkConfiguration } of propertiesOf('AWS::ECS::Service')) {
    expect(NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED')
  }
  const policies = ['AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'].flatMap(propertiesOf)
  const open = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect, Principal, Condition }) => Effect === 'Allow' && !Condition && !Principal.AWS)
  expect(open).toEqual([])
  expect(findAll('AWS::CloudFront::Distribution')).toHaveLength(1)
})

test('every subscription is of email-worker, is retried for less than an hour, and has a queue for what is not taken', () => {
  const subscriptions = propertiesOf('AWS::SNS::Subscription')

  expect(subscriptions).toHaveLength(2)
  for (const { Endpoint, RedrivePolicy, DeliveryPolicy } of subscriptions) {
    expect(Endpoint).toBe('https://coursewire.example/webhooks/sns')
    expect(findAppFor(new URL(Endpoint).pathname)).toBe('email-worker')
    expect(JSON.stringify(RedrivePolicy.deadLetterTargetArn)).toContain('Redrive')
    const { maxDelayTarget, numRetries } = DeliveryPolicy.healthyRetryPolicy
    expect(maxDelayTarget * numRetries).toBeLessThanOrEqual(3_600)
  }
})

test('everything that is stored is encrypted with the key of the environment', () => {
  const keys = {
    'AWS::RDS::DBInstance': (it: Resource['Properties']) => it.StorageEncrypted && it.KmsKeyId,
    'AWS::MSK::Cluster': (it: Resource['Properties']) => it.EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId,
    'AWS::SNS::Topic': (it: Resource['Properties']) => it.KmsMasterKeyId,
    'AWS::SQS::Queue': (it: Resource['Properties']) => it.KmsMasterKeyId,
    'AWS::SecretsManager::Secret': (it: Resource['Properties']) => it.KmsKeyId,
    'AWS::Logs::LogGroup': (it: Resource['Properties']) => it.KmsKeyId,
    'AWS::ECR::Repository': (it: Resource['Properties']) => it.EncryptionConfiguration.KmsKey,
  }
  for (const [type, keyOf] of Object.entries(keys)) {
    const found = propertiesOf(type).map((properties) => JSON.stringify(keyOf(properties)) ?? '')
    expect({ type, areEncrypted: found.map((key) => key.includes('production-keys:')) }).toEqual({
      type,
      areEncrypted: found.map(() => true),
    })
    expect(found).not.toEqual([])
  }
  const unencrypted = [...templates.values()]
    .flatMap(({ Resources }) => Object.values(Resources))
    .filter(({ Type }) => /^AWS::(S3::Bucket|EFS|DynamoDB|ElastiCache|Lambda)/.test(Type))
  expect(unencrypted).toEqual([])
})

test('everything that is sent out of a task is encrypted, but calls within the network', () => {
  const [cluster] = propertiesOf('AWS::MSK::Cluster')
  expect(cluster.EncryptionInfo.EncryptionInTransit).toEqual({ ClientBroker: 'TLS', InCluster: true })
  expect(cluster.ClientAuthentication).toEqual({
    Sasl: { Scram: { Enabled: true } },
    Unauthenticated: { Enabled: false },
  })
  expect(propertiesOf('AWS::RDS::DBParameterGroup')).toMatchObject([{ Parameters: { 'rds.force_ssl': '1' } }])
  const [distribution] = propertiesOf('AWS::CloudFront::Distribution')
  expect(distribution.DistributionConfig.ViewerCertificate.MinimumProtocolVersion).toBe('TLSv1.2_2021')
  expect(propertiesOf('AWS::CloudFront::VpcOrigin')).toMatchObject([
    { VpcOriginEndpointConfig: { OriginProtocolPolicy: 'https-only' } },
  ])
  expect(propertiesOf('AWS::ElasticLoadBalancingV2::Listener')).toMatchObject([{ Protocol: 'HTTPS' }])
})

test('the certificate with which tasks know the database is in every image, and is of this region', () => {
  const pem = readFileSync(join(root, `packages/service-kit/data/rds-${region}.pem`), 'utf8')
  const authority = new X509Certificate(pem)

  expect(authority.subject).toContain(`Amazon RDS ${region} Root CA RSA2048 G1`)
  expect(authority.verify(authority.publicKey)).toBe(true)
  expect(propertiesOf('AWS::RDS::DBInstance')).toMatchObject([{ CACertificateIdentifier: 'rds-ca-rsa2048-g1' }])
  const [container] = containersOf('services', 'web')
  expect(environmentOf(container)).not.toHaveProperty('DATABASE_URL')
  for (const { app } of databases) {
    const [main] = containersOf('services', app)
    expect(environmentOf(main)['DATABASE_URL']).toMatch(
      /sslmode=verify-full&sslrootcert=\/app\/packages\/service-kit\/data\//,
    )
  }
})

test.each(appNames)('%s starts with its settings, and finds no secret among them', async (app) => {
  const { href } = new URL(`../../../apps/${app}/src/config.ts`, import.meta.url)
  const { configSchema } = (await import(href)) as { configSchema: z.ZodObject }
  const [main] = containersOf('services', app)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const aSecret = (name: string) =>
    name.endsWith('PRIVATE_KEY') || name === 'AUDIT_SEAL_KEY' ? pem : randomBytes(24).toString('hex')
  const settings = environmentOf(main)
  const secrets = Object.fromEntries(Object.keys(secretsOf(main)).map((name) => [name, aSecret(name)]))

  const config = loadConfig(configSchema, { ...settings, ...secrets })

  expect(Object.keys(settings).filter((name) => /SECRET|PASSWORD|_KEY|SEAL/.test(name))).toEqual([])
  expect(Object.keys(settings).filter((name) => name in secrets)).toEqual([])
  expect(JSON.stringify(settings)).not.toMatch(/localhost|127\.0\.0\.1|AWS_ENDPOINT/)
  expect(config).toMatchObject({ KAFKA_SSL: true, KAFKA_SASL_MECHANISM: 'scram-sha-512', DEFAULT_TENANT: 'coursewire' })
})

test('every secret has its place in the store, and the setup task gets those of the databases and clients', () => {
  const { databases: ofDatabases, clients, ...own } = secretNames
  const shared = [...Object.values(ofDatabases).flatMap(({ owner, run }) => [owner, run]), ...Object.values(clients)]
  const stored = propertiesOf('AWS::SecretsManager::Secret').map(({ Name }) => Name as string)

  expect(stored.filter((name) => name.startsWith('coursewire-production/')).toSorted()).toEqual(
    [...shared, ...Object.values(own), 'postgres'].map((name) => `coursewire-production/${name}`).toSorted(),
  )
  expect(stored.filter((name) => name.startsWith('AmazonMSK_'))).toHaveLength(appNames.length)
  expect(propertiesOf('AWS::MSK::BatchScramSecret')[0].SecretArnList).toHaveLength(appNames.length)
  const [setup] = containersOf('cluster', 'setup')
  expect(Object.keys(secretsOf(setup))).toHaveLength(shared.length + 1)
})

test.each(databases)('$app migrates its tables as the owner before a task of it starts', ({ app, database }) => {
  const [main, migrate] = containersOf('services', app)

  expect(main.DependsOn).toEqual([{ ContainerName: 'migrate', Condition: 'SUCCESS' }])
  expect(migrate).toMatchObject({ Essential: false, Command: ['dist/migrate.js'] })
  expect(environmentOf(migrate)['MIGRATE_DATABASE_URL']).toContain(`postgresql://${database}_owner@`)
  expect(secretsOf(migrate)['PGPASSWORD']).not.toBe(secretsOf(main)['PGPASSWORD'])
  expect(JSON.stringify(migrate.Image)).toBe(JSON.stringify(main.Image))
})

test('every app is replaced without a gap, taken back if it does not become ready, and scaled by CPU and lag', () => {
  const services = propertiesOf('AWS::ECS::Service')
  expect(new Set(services.map(({ ServiceName }) => ServiceName))).toEqual(new Set(appNames))
  for (const { DeploymentConfiguration } of services) {
    expect(DeploymentConfiguration).toMatchObject({
      MinimumHealthyPercent: 100,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    })
  }
  for (const group of propertiesOf('AWS::ElasticLoadBalancingV2::TargetGroup')) {
    expect(group.HealthCheckPath).toBe('/health/ready')
  }
  const policies = propertiesOf('AWS::ApplicationAutoScaling::ScalingPolicy').map(({ PolicyType }) => PolicyType)
  expect(policies.filter((type) => type === 'TargetTrackingScaling')).toHaveLength(appNames.length)
  expect(policies.filter((type) => type === 'StepScaling')).toHaveLength(
    appNames.filter((name) => appOf(name).consumes).length,
  )
})

test('Kafka has the topics of the product, with their settings', () => {
  const created = propertiesOf('AWS::MSK::Topic').map(({ TopicName, PartitionCount, ReplicationFactor, Configs }) => ({
    topic: TopicName,
    numPartitions: PartitionCount,
    replicationFactor: ReplicationFactor,
    configEntries: Object.entries(JSON.parse(Buffer.from(Configs, 'base64').toString()) as Record<string, string>).map(
      ([name, value]) => ({ name, value }),
    ),
  }))

  expect(created.toSorted((one, other) => (one.topic < other.topic ? -1 : 1))).toEqual(
    topicsFor('production').toSorted((one, other) => (one.topic < other.topic ? -1 : 1)),
  )
})

test('the load balancer sends each path to the app that infra/product names', () => {
  const rules = propertiesOf('AWS::ElasticLoadBalancingV2::ListenerRule').toSorted(
    (one, other) => one.Priority - other.Priority,
  )
  const targetOf = (path: string) => {
    const rule = rules.find(({ Conditions }) =>
      Conditions[0].PathPatternConfig.Values.some((pattern: string) =>
        pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
      ),
    )
    return rule.Actions[0].TargetGroupArn.Ref.replace(/targets.*/, '')
  }
  const prefixes = appNames.flatMap((app) => appOf(app).paths)
  const paths = [
    '/',
    '/de/courses',
    '/app',
    '/authors',
    ...prefixes.flatMap((prefix) => [prefix, `${prefix}/x`, `${prefix}x`]),
  ]

  expect(paths.map((path) => [path, targetOf(path)])).toEqual(
    paths.map((path) => [path, findAppFor(path)?.replaceAll('-', '')]),
  )
})

test('CloudFront keeps pages by their tags, and nothing of an API', () => {
  const [{ DistributionConfig: config }] = propertiesOf('AWS::CloudFront::Distribution')
  const isKept = (path: string) =>
    !config.CacheBehaviors.some(({ PathPattern }: { PathPattern: string }) => path.startsWith(PathPattern.slice(0, -1)))
  // The id of AWS for a policy that keeps nothing.
  const keepsNothing = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'

  expect(config.CacheTagConfig).toEqual({ HeaderName: 'cache-tag' })
  expect(
    config.CacheBehaviors.every(({ CachePolicyId }: { CachePolicyId: string }) => CachePolicyId === keepsNothing),
  ).toBe(true)
  const prefixes = appNames.flatMap((app) => appOf(app).paths)
  expect(prefixes.filter((prefix) => isKept(`${prefix}/x`))).toEqual(appOf('web').paths)
  const [web] = containersOf('services', 'web')
  expect(environmentOf(web)).toHaveProperty('CLOUDFRONT_DISTRIBUTION_ID')
})

test('an alarm rings when enrollment-api logs that it could not publish', () => {
  const [filter] = propertiesOf('AWS::Logs::MetricFilter')
  expect(filter.FilterPattern).toBe(`{ $.msg = "${failedLine}" }`)
  expect(JSON.stringify(filter.LogGroupName)).toContain('enrollmentapi')
  const [{ MetricName, MetricNamespace: Namespace }] = filter.MetricTransformations
  const alarms = propertiesOf('AWS::CloudWatch::Alarm').filter((alarm) => alarm.MetricName === MetricName)

  expect(alarms).toMatchObject([{ Namespace, Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' }])
  expect(JSON.stringify(alarms[0].AlarmActions)).toContain('messaging:ExportsOutputRefAlarms')
  expect(readFileSync(join(root, 'apps/enrollment-api/src/enrollments/enrollment.ts'), 'utf8')).toContain(
    `'${failedLine}'`,
  )
})

test('what holds data outlives its stack', () => {
  const kept = [
    'AWS::KMS::Key',
    'AWS::MSK::Cluster',
    'AWS::MSK::Topic',
    'AWS::SecretsManager::Secret',
    'AWS::SQS::Queue',
    'AWS::ECR::Repository',
  ]
  const notKept = (kept.flatMap(findAll) as (Resource & { DeletionPolicy?: string })[])
    .filter(({ DeletionPolicy }) => DeletionPolicy !== 'Retain')
    .map(({ Properties }) => Properties.Name)
  // The password of the database's administrator, who can be given another one.
  expect(notKept).toEqual(['coursewire-production/postgres'])
  expect(findAll('AWS::RDS::DBInstance')).toMatchObject([
    { DeletionPolicy: 'Snapshot', Properties: { DeletionProtection: true, MultiAZ: true, BackupRetentionPeriod: 35 } },
  ])
})

test('the costs count what there is', () => {
  const countOf = (what: string) => listCosts(1).find((line) => line.what === what)?.count
  const metricsOf = ({ Metrics = [{ MetricStat: {} }] }: { Metrics?: { MetricStat?: object }[] }) =>
    Metrics.filter(({ MetricStat }) => MetricStat).length
  const declared = propertiesOf('AWS::CloudWatch::Alarm').reduce((sum: number, alarm) => sum + metricsOf(alarm), 0)
  // AWS itself creates two alarms for each target of a CPU.
  const ofAws = 2 * appNames.length

  expect(countOf('Secrets')).toBe(findAll('AWS::SecretsManager::Secret').length)
  expect(countOf('Alarms')).toBe(declared + ofAws)
  expect(countOf('Gateways')).toBe(findAll('AWS::EC2::NatGateway').length * 730)
  expect(countOf('Kafka: brokers')).toBe(propertiesOf('AWS::MSK::Cluster')[0].NumberOfBrokerNodes * 730)
})
