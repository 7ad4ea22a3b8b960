export { ownKafka, startKafka } from './kafka.ts'
export { ownPostgres, startPostgres } from './postgres.ts'
export type { KafkaServer, PostgresServer, Provider, ServerOptions } from './server.ts'
