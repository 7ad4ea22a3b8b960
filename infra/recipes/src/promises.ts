import { waitFor } from '@coursewire/servers'
import pg from 'pg'
import type { Checkout } from './checkout.ts'

/** The part of stack.json that promises need. */
export interface Stack {
  postgres: Record<string, { databaseUrl: string } | undefined>
}

/** Checks of what a recipe promises beyond the tests that its reader runs. */
interface Promises {
  /** Runs after the recipe was followed. `files` are the files that it changed. */
  afterwards?: (files: string[], checkout: Checkout) => void | Promise<void>
  /** Runs while the product runs with the results of all recipes. */
  running?: (stack: Stack) => Promise<void>
}

/** All that a new service changes outside its folder: its row, and what is generated from it. */
const rowAndGenerated = [
  'infra/product/src/apps.ts',
  'docker-compose.yml',
  'infra/aws/costs.md',
  'infra/observability/containers.json',
  'pnpm-lock.yaml',
]

export const promises: Record<string, Promises> = {
  'Add a service': {
    afterwards(files) {
      const outside = files.filter((file) => !file.startsWith('apps/archive/') && !rowAndGenerated.includes(file))
      if (outside.length > 0) throw new Error(`It changes more than its row: ${outside.join(', ')}`)
    },
    async running({ postgres }) {
      const client = new pg.Client({ connectionString: postgres['archive']?.databaseUrl })
      await client.connect()
      try {
        const hasEvents = async () => (await client.query('SELECT FROM events LIMIT 1')).rowCount === 1
        await waitFor(hasEvents, { message: 'archive to store an event of the catalogue' })
      } finally {
        await client.end()
      }
    },
  },
}
