import {
  type AppName,
  appOf,
  type DatabaseName,
  databases,
  heapFlag,
  mapApps,
  memory,
  secretNames,
  secretSettingsOf,
  settingsOf,
} from '@coursewire/product'
import { type App, Duration } from 'aws-cdk-lib'
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling'
import { type IVpc, Port, SubnetType } from 'aws-cdk-lib/aws-ec2'
import { ContainerDependencyCondition, Secret as EcsSecret, FargateService, type ICluster } from 'aws-cdk-lib/aws-ecs'
import {
  ApplicationListenerRule,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { type Edge, pathRules } from './edge.ts'
import { cidr, type Environment, region } from './environment.ts'
import { createLagMetric } from './lag.ts'
import type { Mail } from './mail.ts'
import type { Messaging } from './messaging.ts'
import { accept, openStack } from './stack.ts'
import { createTask, databaseUrlOf, secretOf, type TaskParts } from './tasks.ts'

export interface Parts extends TaskParts {
  vpc: IVpc
  cluster: ICluster
  messaging: Messaging
  mail: Mail
  edge: Edge
}
export type Services = Record<
  AppName,
  { service: FargateService; logGroup: LogGroup; targetGroup: ApplicationTargetGroup }
>

const port = 8080
/** The number of tasks of each app, at least and at most. */
export const taskCounts = { min: 2, max: 4 }

/** Creates a service for each app, which migrates its tables before the first task of a version starts. */
export function createServices(app: App, environment: Environment, parts: Parts): Services {
  const stack = openStack(app, environment, 'services', 'The apps')
  const { vpc, cluster, data, messaging, mail, edge, roles, key } = parts
  const calls = new Map<AppName, Set<AppName>>()
  const services = mapApps(createService)
  for (const [caller, callees] of calls) {
    for (const callee of callees) {
      services[caller].service.connections.allowTo(services[callee].service, Port.tcp(port), caller)
    }
  }
  for (const [index, { app: owner, patterns }] of pathRules.entries()) {
    new ApplicationListenerRule(stack, `Path${index + 1}`, {
      listener: edge.listener,
      priority: index + 1,
      conditions: [ListenerCondition.pathPatterns(patterns)],
      action: ListenerAction.forward([services[owner].targetGroup]),
    })
  }
  return services

  /** Defines the containers of an app: itself and, if it has a database, the one that migrates its tables. */
  function defineTask(name: AppName) {
    const own = appOf(name)
    const { settings, callees } = settingsFor(name)
    calls.set(name, callees)
    const { definition, container, logGroup } = createTask(stack, environment, name, parts)
    const urls = Object.fromEntries(
      databases.map(({ database }) => [database, { databaseUrl: databaseUrlOf(data, database, database) }]),
    ) as Record<DatabaseName, { databaseUrl: string }>
    const { DATABASE_URL, ...named } = secretSettingsOf(name, secretNames, urls)
    const user = data.secrets.kafka[name]

    const main = definition.addContainer(name, {
      ...container,
      command: [heapFlag, 'dist/main.js'],
      memoryLimitMiB: memory.container,
      stopTimeout: Duration.seconds(20),
      portMappings: [{ containerPort: port, name }],
      environment: {
        ...settings,
        ...(DATABASE_URL && { DATABASE_URL }),
        ...(user && { KAFKA_SSL: 'true', KAFKA_SASL_MECHANISM: 'scram-sha-512' }),
      },
      secrets: {
        ...Object.fromEntries(Object.entries(named).map(([variable, secret]) => [variable, secretOf(data, secret)])),
        ...(own.database && { PGPASSWORD: secretOf(data, secretNames.databases[own.database as DatabaseName].run) }),
        ...(user && {
          KAFKA_SASL_USERNAME: EcsSecret.fromSecretsManager(user, 'username'),
          KAFKA_SASL_PASSWORD: EcsSecret.fromSecretsManager(user, 'password'),
        }),
      },
    })
    if (own.database) {
      const migrate = definition.addContainer('migrate', {
        ...container,
        command: ['dist/migrate.js'],
        essential: false,
        environment: { MIGRATE_DATABASE_URL: databaseUrlOf(data, `${own.database}_owner`, own.database) },
        secrets: { PGPASSWORD: secretOf(data, secretNames.databases[own.database as DatabaseName].owner) },
      })
      main.addContainerDependencies({ container: migrate, condition: ContainerDependencyCondition.SUCCESS })
    }
    return { definition, logGroup }
  }

  function createService(name: AppName) {
    const { database, consumes } = appOf(name)
    const { definition, logGroup } = defineTask(name)
    const service = new FargateService(stack, name, {
      serviceName: name,
      cluster,
      taskDefinition: definition,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      // A version that does not become healthy is taken back.
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.minutes(2),
      serviceConnectConfiguration: { services: [{ portMappingName: name, port }] },
    })
    if (database) service.connections.allowTo(data.database, Port.tcp(5432), 'PostgreSQL')
    if (data.secrets.kafka[name]) service.connections.allowToDefaultPort(data.kafka.brokers, 'Kafka')
    const targetGroup = new ApplicationTargetGroup(stack, `${name}-targets`, {
      vpc,
      port,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: [service],
      healthCheck: { path: '/health/ready', interval: Duration.seconds(10), timeout: Duration.seconds(5) },
      deregistrationDelay: Duration.seconds(15),
    })
    const scaling = service.autoScaleTaskCount({ minCapacity: taskCounts.min, maxCapacity: taskCounts.max })
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 })
    if (consumes) {
      // Tasks are only added here. When there is nothing to do, the CPU is idle, and that takes them away.
      scaling.scaleOnMetric('Lag', {
        metric: createLagMetric(data.kafka.clusterName, name),
        adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
        scalingSteps: [
          { lower: 1_000, change: 1 },
          { lower: 10_000, change: 2 },
        ],
        evaluationPeriods: 2,
      })
    }
    permit(name)
    return { service, logGroup, targetGroup }
  }

  /** Builds the settings of an app, and finds which apps they have it call. */
  function settingsFor(name: AppName) {
    const callees = new Set<AppName>()
    const settings = settingsOf(name, {
      // Nothing tells CloudFormation the brokers' addresses: whoever creates the cluster leaves them here (README).
      kafkaBrokers: StringParameter.valueForStringParameter(stack, `/coursewire/${environment.name}/kafka-brokers`),
      proxies: cidr,
      tenant: environment.tenant,
      mailDomain: environment.domain,
      aws: {
        region,
        enrollmentTopicArn: messaging.enrollment.topic.topicArn,
        webhookTopicArns: [messaging.enrollment.topic.topicArn, mail.feedback.topic.topicArn],
        configurationSet: mail.configurationSet.configurationSetName,
      },
      urlOf: (callee) => {
        callees.add(callee as AppName)
        return `http://${callee}:${port}`
      },
      publicUrlOf: () => `https://${environment.domain}`,
    })
    const own: Partial<Record<AppName, Record<string, string>>> = {
      web: { CLOUDFRONT_DISTRIBUTION_ID: edge.distribution.distributionId, AWS_REGION: region },
      'email-worker': { WELCOME_FROM: 'both' },
    }
    return { settings: { ...settings, ...own[name] }, callees }
  }

  /** Allows the role of an app what the app does, and nothing else. */
  function permit(name: AppName) {
    const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources })
    const { identity, configurationSet } = mail
    const configurationSetArn = stack.formatArn({
      service: 'ses',
      resource: 'configuration-set',
      resourceName: configurationSet.configurationSetName,
    })
    const allowed: Partial<Record<AppName, PolicyStatement[]>> = {
      web: [allow(['cloudfront:CreateInvalidation'], edge.distribution.distributionArn)],
      'enrollment-api': [
        allow(['sns:Publish'], messaging.enrollment.topic.topicArn),
        allow(['kms:Decrypt', 'kms:GenerateDataKey'], key.keyArn),
      ],
      'email-worker': [
        allow(['ses:SendRawEmail'], identity.emailIdentityArn, configurationSetArn),
        allow(['ses:GetSendQuota'], '*'),
      ],
    }
    const statements = allowed[name]
    if (!statements) return
    const policy = new Policy(stack, `${name}-policy`, { roles: [roles[name]], statements })
    if (name === 'email-worker') {
      accept(policy, {
        'AwsSolutions-IAM5[Resource::*]': 'The quota belongs to the account, so that the action has no resource.',
      })
    }
  }
}
