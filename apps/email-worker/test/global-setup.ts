import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'
import { migrate } from '@coursewire/service-kit'
import { createGlobalSetup } from '@coursewire/testing'

const folder = fileURLToPath(new URL('../migrations', import.meta.url))

// Its advice on Node versions, once per test file, is not what a test run is for.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

export const setup = createGlobalSetup({
  service: 'email_worker',
  migrate: (ownerUrl) => migrate(ownerUrl, [messagingMigrations, { folder, table: 'migrations' }]),
})
