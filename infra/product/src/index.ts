export { accessOf, accessOfAll, topicsReadBy } from './access.ts'
export type { Addresses, App } from './app.ts'
export {
  type AppName,
  type AppUrls,
  appNames,
  appOf,
  type ClientName,
  clientNames,
  consumers,
  type DatabaseName,
  databases,
  deadLetterTopicOf,
  keyOf,
  mapApps,
  urlsBy,
} from './product.ts'
export { findAppFor } from './routing.ts'
export { secretNames, secretVariable } from './secrets.ts'
export { secretSettingsOf, settingsOf } from './settings.ts'
export {
  feedbackUrlOf,
  heapFlag,
  mailFeedback,
  memory,
  portVariable,
  serverPorts,
  snsTopic,
  surroundingsHere,
  tenant,
} from './surroundings.ts'
export { topicsFor } from './topics.ts'
