export {
  aDeletedDistribution,
  aGeneratedCourse,
  anEnrollment,
  anUnpublishedDistribution,
  aPublishedDistribution,
  aStagedCourse,
} from './builders.ts'
export { createGlobalSetup, type GlobalSetupOptions } from './global-setup.ts'
export { ownKafka, startKafka } from './kafka.ts'
export { findClusterObstacle, type KafkaCluster, ownKafkaCluster } from './kafka-cluster.ts'
export { findJars, findJava } from './kafka-jars.ts'
export { startLossyProxy } from './lossy-proxy.ts'
export { startPoolingProxy } from './pooling-proxy.ts'
export { ownPostgres, startPostgres } from './postgres.ts'
export type { Remark, Results } from './reporter.ts'
export type { KafkaServer, PostgresServer, Provider, ServerOptions } from './server.ts'
export { createTestDatabase, type TestDatabase } from './test-database.ts'
export { uniqueName } from './unique-name.ts'
export { waitFor } from './wait-for.ts'
