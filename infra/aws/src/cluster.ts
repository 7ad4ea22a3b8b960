import { secretNames, secretVariable } from '@coursewire/product'
import { type App, CfnOutput } from 'aws-cdk-lib'
import { type IVpc, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2'
import { Cluster, ContainerInsights, Secret as EcsSecret, type ICluster } from 'aws-cdk-lib/aws-ecs'
import { NamespaceType } from 'aws-cdk-lib/aws-servicediscovery'
import type { Environment } from './environment.ts'
import { openStack } from './stack.ts'
import { createTask, databaseUrlOf, secretOf, type TaskParts } from './tasks.ts'

/** Creates the cluster, and the task that prepares the databases, which somebody runs before the services are created. */
export function createCluster(
  app: App,
  environment: Environment,
  parts: TaskParts & { vpc: IVpc },
): { cluster: ICluster } {
  const stack = openStack(app, environment, 'cluster', 'The cluster, and the task that prepares the databases')
  const { vpc, data } = parts
  const clusterName = `coursewire-${environment.name}`
  const cluster = new Cluster(stack, 'Cluster', {
    clusterName,
    vpc,
    containerInsightsV2: ContainerInsights.ENABLED,
    defaultCloudMapNamespace: { name: clusterName, type: NamespaceType.HTTP, useForServiceConnect: true },
  })

  const { definition, container } = createTask(stack, environment, 'setup', parts)
  const { databases, clients } = secretNames
  const names = [...Object.values(databases).flatMap(({ owner, run }) => [owner, run]), ...Object.values(clients)]
  if (!data.database.secret) throw new Error('The database has no secret for its administrator')
  definition.addContainer('setup', {
    ...container,
    command: ['dist/main.js', 'databases'],
    environment: { POSTGRES_URL: databaseUrlOf(data, 'postgres', 'postgres'), DEFAULT_TENANT: environment.tenant },
    secrets: {
      POSTGRES_PASSWORD: EcsSecret.fromSecretsManager(data.database.secret, 'password'),
      ...Object.fromEntries(names.map((name) => [secretVariable(name), secretOf(data, name)])),
    },
  })
  const group = new SecurityGroup(stack, 'SetupGroup', { vpc, description: 'The task that prepares the databases' })
  group.connections.allowTo(data.database, Port.tcp(5432), 'PostgreSQL')
  const { subnetIds } = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_WITH_EGRESS })
  new CfnOutput(stack, 'RunSetup', {
    value: [
      `aws ecs run-task --cluster ${clusterName} --launch-type FARGATE --task-definition ${definition.taskDefinitionArn}`,
      `--network-configuration 'awsvpcConfiguration={subnets=[${subnetIds.join(',')}],securityGroups=[${group.securityGroupId}]}'`,
    ].join(' '),
    description: 'The command that prepares the databases',
  })
  return { cluster: cluster as ICluster }
}
