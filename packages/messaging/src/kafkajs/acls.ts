import kafkajs from 'kafkajs'
import type { Kafka } from './client.ts'

/** A right that a principal, such as `User:enrollment-api`, has from any host. */
export interface AclSpecification {
  principal: string
  operation: 'READ' | 'WRITE' | 'DELETE'
  resource: 'TOPIC' | 'GROUP'
  name: string
  pattern: 'LITERAL' | 'PREFIXED'
}

/** Creates missing ACLs. Others stay. Throws if the client may not do that, or if the brokers have no authorizer. */
export async function createAcls(kafka: Kafka, acls: AclSpecification[]): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.createAcls({
      acl: acls.map(({ principal, operation, resource, name, pattern }) => ({
        principal,
        host: '*',
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
        operation: kafkajs.AclOperationTypes[operation],
        resourceType: kafkajs.AclResourceTypes[resource],
        resourceName: name,
        resourcePatternType: kafkajs.ResourcePatternTypes[pattern],
      })),
    })
  } finally {
    await admin.disconnect()
  }
}
