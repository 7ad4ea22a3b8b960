import { migrate } from '@coursewire/service-kit'
import { createGlobalSetup } from '@coursewire/testing'
import { migrations } from '../src/db/migrations.ts'

// The SDK's advice on Node versions, once per test file, only clutters a test run.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

export const setup = createGlobalSetup({
  service: 'email_worker',
  migrate: (ownerUrl) => migrate(ownerUrl, migrations),
})
