export { type AwsLocal, startAwsLocal } from './server.ts'
export type { Mail } from './ses.ts'
export type { PublishedMessage } from './sns.ts'
