import { clusterSettings } from '@coursewire/kafka'
import { postgresVersion } from '@coursewire/postgres'
import { appNames, appOf, secretNames, topicsFor } from '@coursewire/product'
import { type App, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import {
  Connections,
  InstanceClass,
  InstanceSize,
  InstanceType,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { CfnBatchScramSecret, CfnCluster, CfnConfiguration, CfnTopic } from 'aws-cdk-lib/aws-msk'
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  NetworkType,
  ParameterGroup,
  PerformanceInsightRetention,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds'
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { availabilityZones, type Environment } from './environment.ts'
import { accept, openStack } from './stack.ts'

export type Data = ReturnType<typeof createData>

/** The versions of MSK have no patch level. In this one the brokers need no ZooKeeper. */
const kafkaVersion = '4.1.x.kraft'
const scramPort = 9096

const withoutRotation = {
  'AwsSolutions-SMG4':
    'A new password must reach the server and all tasks together: setup sets it, and a deployment restarts the tasks (README).',
}

/** Creates what is not lost with a task: the databases' server, Kafka with its topics, and all secrets. */
export function createData(app: App, environment: Environment, { key, vpc }: { key: IKey; vpc: IVpc }) {
  const stack = openStack(app, environment, 'data', 'PostgreSQL, Kafka and secrets')
  const isolated = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED })

  const secrets = createSecrets(stack, environment, key)
  const database = createDatabase(stack, environment, { key, vpc })

  const group = new SecurityGroup(stack, 'KafkaGroup', { vpc, description: 'Brokers', allowAllOutbound: false })
  const logGroup = new LogGroup(stack, 'KafkaLogs', {
    encryptionKey: key,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const configuration = new CfnConfiguration(stack, 'KafkaConfiguration', {
    name: `coursewire-${environment.name}`,
    serverProperties: Object.entries(clusterSettings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  })
  const kafka = new CfnCluster(stack, 'Kafka', {
    clusterName: `coursewire-${environment.name}`,
    kafkaVersion,
    numberOfBrokerNodes: availabilityZones.length,
    brokerNodeGroupInfo: {
      instanceType: 'kafka.m7g.large',
      clientSubnets: isolated.subnetIds,
      securityGroups: [group.securityGroupId],
      storageInfo: { ebsStorageInfo: { volumeSize: 100 } },
    },
    configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
    clientAuthentication: { sasl: { scram: { enabled: true } }, unauthenticated: { enabled: false } },
    encryptionInfo: {
      encryptionAtRest: { dataVolumeKmsKeyId: key.keyArn },
      encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
    },
    loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logGroup.logGroupName } } },
  })
  kafka.applyRemovalPolicy(RemovalPolicy.RETAIN)
  new CfnBatchScramSecret(stack, 'KafkaUsers', {
    clusterArn: kafka.attrArn,
    secretArnList: Object.values(secrets.kafka).map(({ secretArn }) => secretArn),
  })
  for (const { topic, numPartitions, replicationFactor, configEntries } of topicsFor('production')) {
    const configs = Object.fromEntries(configEntries.map(({ name, value }) => [name, value]))
    new CfnTopic(stack, `Topic-${topic}`, {
      clusterArn: kafka.attrArn,
      topicName: topic,
      partitionCount: numPartitions,
      replicationFactor,
      configs: Buffer.from(JSON.stringify(configs)).toString('base64'),
    }).applyRemovalPolicy(RemovalPolicy.RETAIN)
  }
  const brokers = new Connections({ securityGroups: [group], defaultPort: Port.tcp(scramPort) })
  return { secrets, database, kafka: { clusterName: kafka.clusterName, brokers } }
}

function createDatabase(stack: Stack, environment: Environment, { key, vpc }: { key: IKey; vpc: IVpc }) {
  const [major = ''] = postgresVersion.split('.')
  const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.of(major, major) })
  const database = new DatabaseInstance(stack, 'Postgres', {
    instanceIdentifier: `coursewire-${environment.name}`,
    engine,
    // With its 8 GiB it takes some 850 connections, which is enough for all tasks and their successors.
    instanceType: InstanceType.of(InstanceClass.M7G, InstanceSize.LARGE),
    caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
    parameterGroup: new ParameterGroup(stack, 'PostgresParameters', { engine, parameters: { 'rds.force_ssl': '1' } }),
    credentials: Credentials.fromGeneratedSecret('postgres', {
      secretName: `coursewire-${environment.name}/postgres`,
      encryptionKey: key,
    }),
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    networkType: NetworkType.IPV4,
    multiAz: true,
    storageType: StorageType.GP3,
    allocatedStorage: 100,
    maxAllocatedStorage: 1_000,
    storageEncrypted: true,
    storageEncryptionKey: key,
    enablePerformanceInsights: true,
    performanceInsightEncryptionKey: key,
    performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
    cloudwatchLogsExports: ['postgresql'],
    backupRetention: Duration.days(35),
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: true,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.SNAPSHOT,
  })
  accept(database, {
    ...withoutRotation,
    'AwsSolutions-RDS11': 'The port is no secret: only the tasks of apps with a database can reach it.',
  })
  return database
}

/** Creates the secrets that `infra/product` names, and a user of Kafka for each app. Nobody else knows their values. */
function createSecrets(stack: Stack, environment: Environment, key: IKey) {
  const create = (id: string, secretName: string, generateSecretString = {}) => {
    const secret = new Secret(stack, id, {
      secretName,
      encryptionKey: key,
      generateSecretString: { excludePunctuation: true, passwordLength: 48, ...generateSecretString },
      removalPolicy: RemovalPolicy.RETAIN,
    })
    accept(secret, withoutRotation)
    return secret as ISecret
  }
  const { databases, clients, ...own } = secretNames
  const names = [
    ...Object.values(own),
    ...Object.values(databases).flatMap(({ owner, run }) => [owner, run]),
    ...Object.values(clients),
  ]
  const users = appNames.filter((name) => appOf(name).database ?? appOf(name).follows)
  return {
    byName: Object.fromEntries(names.map((name) => [name, create(name, `coursewire-${environment.name}/${name}`)])),
    // MSK takes users only from secrets with this prefix.
    kafka: Object.fromEntries(
      users.map((username) => [
        username,
        create(`kafka-${username}`, `AmazonMSK_coursewire-${environment.name}-${username}`, {
          secretStringTemplate: JSON.stringify({ username }),
          generateStringKey: 'password',
        }),
      ]),
    ),
  }
}
