import { createGlobalSetup } from '@coursewire/testing'

export const setup = createGlobalSetup({ service: 'guides', kafka: true })
