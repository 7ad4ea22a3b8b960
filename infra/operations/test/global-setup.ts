import { messagingMigrations } from '@coursewire/messaging'
import { migrate } from '@coursewire/service-kit'
import { createGlobalSetup } from '@coursewire/testing'

export const setup = createGlobalSetup({
  service: 'operations',
  kafka: true,
  migrate: (ownerUrl) => migrate(ownerUrl, [messagingMigrations]),
})
