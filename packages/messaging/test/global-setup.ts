import { migrate } from '@coursewire/service-kit'
import { createGlobalSetup } from '@coursewire/testing'
import { messagingMigrations } from '../src/migrations.ts'

export const setup = createGlobalSetup({
  service: 'messaging',
  kafka: true,
  migrate: (ownerUrl) => migrate(ownerUrl, [messagingMigrations]),
})
