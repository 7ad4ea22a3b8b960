import { App, Tags, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { createAlarms } from './alarms.ts'
import { createCluster } from './cluster.ts'
import { createData } from './data.ts'
import { createDeliveries } from './deliveries.ts'
import { createEdge } from './edge.ts'
import { type Environment, environments } from './environment.ts'
import { createKeys } from './keys.ts'
import { createMail } from './mail.ts'
import { createMessaging } from './messaging.ts'
import { createNetwork } from './network.ts'
import { createRegistry } from './registry.ts'
import { createRoles } from './roles.ts'
import { createServices } from './services.ts'

/** Builds the stacks of all environments, which run the images with this tag. Synthesis fails if cdk-nag finds something. */
export function buildApp(tag: string, outdir?: string): App {
  const app = new App({ analyticsReporting: false, ...(outdir && { outdir }) })
  Tags.of(app).add('product', 'coursewire')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  for (const environment of environments) addEnvironment(app, environment, tag)
  return app
}

function addEnvironment(app: App, environment: Environment, tag: string): void {
  const keys = createKeys(app, environment)
  const repositories = createRegistry(app, environment, keys)
  const network = createNetwork(app, environment, keys)
  const roles = createRoles(app, environment)
  const messaging = createMessaging(app, environment, { ...keys, roles })
  const mail = createMail(app, environment, keys)
  const data = createData(app, environment, { ...keys, ...network })
  const edge = createEdge(app, environment, network)
  const task = { ...keys, ...network, repositories, roles, data, tag }
  const cluster = createCluster(app, environment, task)
  const parts = { ...task, ...cluster, messaging, mail, edge }
  const services = createServices(app, environment, parts)
  createDeliveries(app, environment, { enrollment: messaging.enrollment, feedback: mail.feedback }, services)
  createAlarms(app, environment, parts, services)
}
