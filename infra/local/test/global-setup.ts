import { createGlobalSetup } from '@coursewire/testing'

export const setup = createGlobalSetup({ service: 'local', kafka: true })
