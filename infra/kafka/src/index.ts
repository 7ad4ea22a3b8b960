export { brokerFiles } from './broker-files.ts'
export { type BrokerAddress, brokerSettings } from './broker-settings.ts'
export { type TopicConfig, topicsFor } from './topics.ts'
