import { type AppName, appNames } from '@coursewire/product'
import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import {
  ContainerImage,
  CpuArchitecture,
  Secret as EcsSecret,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Data } from './data.ts'
import { type Environment, region } from './environment.ts'
import type { Repositories } from './registry.ts'
import type { Roles } from './roles.ts'
import { accept } from './stack.ts'

/** The parts of an environment that a task needs. */
export interface TaskParts {
  key: IKey
  repositories: Repositories
  roles: Roles
  data: Data
  /** The images of this version run. */
  tag: string
}

/** Half a CPU, and the memory of an app with room for the proxy beside it. */
export const taskSize = { cpu: 512, memoryLimitMiB: 1_024 }

/** Creates the task of an image, with its log. Its agent may read the secrets that its containers name, and no others. */
export function createTask(stack: Stack, { name }: Environment, image: 'setup' | AppName, parts: TaskParts) {
  const { key, repositories, roles, tag } = parts
  const logGroup = new LogGroup(stack, `${image}-logs`, {
    logGroupName: `/coursewire/${name}/${image}`,
    encryptionKey: key,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const definition = new FargateTaskDefinition(stack, `${image}-task`, {
    family: `coursewire-${name}-${image}`,
    ...taskSize,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    ...(isApp(image) && { taskRole: roles[image] }),
  })
  definition.addToExecutionRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  )
  accept(definition, {
    'AwsSolutions-ECS2': 'These settings are no secrets. Those come from Secrets Manager.',
    'AwsSolutions-IAM5[Resource::*]':
      'To log in to a registry is an action without a resource. The agent of ECS does it, not the app.',
  })
  const container = {
    image: ContainerImage.fromEcrRepository(repositories[image], tag),
    logging: LogDrivers.awsLogs({ logGroup, streamPrefix: image }),
    readonlyRootFilesystem: true,
  }
  return { logGroup, definition, container }
}

/** Has a container get a secret that `infra/product` names. */
export function secretOf(data: Data, name: string): EcsSecret {
  const secret = data.secrets.byName[name]
  if (!secret) throw new Error(`infra/product names no secret ${name}`)
  return EcsSecret.fromSecretsManager(secret)
}

/** The URL without its password, which comes as PGPASSWORD. Every image has the certificate of the server's authority. */
export function databaseUrlOf({ database }: Data, user: string, name: string): string {
  const authority = `/app/packages/service-kit/data/rds-${region}.pem`
  const { hostname } = database.instanceEndpoint
  return `postgresql://${user}@${hostname}:5432/${name}?sslmode=verify-full&sslrootcert=${authority}`
}

const isApp = (image: string): image is AppName => (appNames as string[]).includes(image)
