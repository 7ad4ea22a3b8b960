export { brokerFiles } from './broker-files.ts'
export { type BrokerAddress, brokerSettings, clusterNodeSettings, type NodePorts } from './broker-settings.ts'
export { type TopicConfig, topicsFor } from './topics.ts'
