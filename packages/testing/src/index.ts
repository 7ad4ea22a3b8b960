// Most test files wait and need names, and few need a server of their own.
export { uniqueName, waitFor } from '@coursewire/servers'
export {
  aBumpedVersion,
  aCancelledEnrollment,
  aDeletedDistribution,
  aGeneratedCourse,
  anEnrollment,
  anErasedAccount,
  anUnpublishedDistribution,
  aPublishedDistribution,
  aStagedCourse,
} from './builders.ts'
export { chromiumOptions } from './chromium.ts'
export { createGlobalSetup, type GlobalSetupOptions } from './global-setup.ts'
export type { Remark, Results } from './reporter.ts'
export { createTestDatabase, type TestDatabase } from './test-database.ts'
