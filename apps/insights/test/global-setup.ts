import { migrate } from '@coursewire/service-kit'
import { createGlobalSetup } from '@coursewire/testing'
import { migrations } from '../src/db/migrations.ts'

export const setup = createGlobalSetup({ service: 'insights', migrate: (ownerUrl) => migrate(ownerUrl, migrations) })
