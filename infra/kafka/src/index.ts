export { brokerFiles } from './broker-files.ts'
export {
  type BrokerAddress,
  type BrokerSecurity,
  brokerSettings,
  clusterNodeSettings,
  clusterSettings,
  type NodePorts,
  toContainerEnvironment,
} from './broker-settings.ts'
export { declareTopics, type TopicConfig } from './topics.ts'
export { kafkaVersion } from './version.ts'
