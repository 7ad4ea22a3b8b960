import { createGlobalSetup } from '@coursewire/testing'

export const setup = createGlobalSetup({ service: 'service_kit' })
