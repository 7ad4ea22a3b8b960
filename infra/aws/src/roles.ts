import { type AppName, mapApps } from '@coursewire/product'
import type { App } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Environment } from './environment.ts'
import { openStack } from './stack.ts'

export type Roles = Record<AppName, Role>

/** Creates the role of each app. It may do nothing: what a role may do is added where it is needed, and topics can name it before that. */
export function createRoles(app: App, environment: Environment): Roles {
  const stack = openStack(app, environment, 'roles', 'The roles of the apps')
  const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com')
  return mapApps((name) => new Role(stack, name, { roleName: `coursewire-${environment.name}-${name}`, assumedBy }))
}
