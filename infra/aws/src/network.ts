import { type App, RemovalPolicy } from 'aws-cdk-lib'
import { FlowLogDestination, IpAddresses, type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { availabilityZones, cidr, type Environment } from './environment.ts'
import { openStack } from './stack.ts'

/** Creates the network. Only the gateways, through which tasks call AWS and search engines, have public addresses. */
export function createNetwork(app: App, environment: Environment, { key }: { key: IKey }): { vpc: IVpc } {
  const stack = openStack(app, environment, 'network', 'The network')
  const vpc = new Vpc(stack, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    availabilityZones,
    subnetConfiguration: [
      { name: 'gateways', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'apps', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      { name: 'data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
  })
  const logGroup = new LogGroup(stack, 'FlowLogs', {
    encryptionKey: key,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) })
  return { vpc: vpc as IVpc }
}
