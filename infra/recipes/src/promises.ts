import { waitFor } from '@coursewire/servers'
import pg from 'pg'
import type { Checkout } from './checkout.ts'

/** What `npm start` writes into stack.json, as far as promises look at it. */
export interface Stack {
  postgres: Record<string, { databaseUrl: string } | undefined>
}

/** What a recipe says will hold, beyond the tests that its reader runs. */
interface Promises {
  /** Once it was followed; `files` are those that it changed. */
  afterwards?: (files: string[], checkout: Checkout) => void | Promise<void>
  /** While the product runs with all recipes in it. */
  running?: (stack: Stack) => Promise<void>
}

export const promises: Record<string, Promises> = {
  'Add a service': {
    afterwards(files) {
      const outside = files.filter((file) => !file.startsWith('apps/audit-log/'))
      if (outside.length > 3) throw new Error(`More than three files outside its folder: ${outside.join(', ')}`)
    },
    async running({ postgres }) {
      const client = new pg.Client({ connectionString: postgres['audit']?.databaseUrl })
      await client.connect()
      try {
        const hasEvents = async () => (await client.query('SELECT FROM events LIMIT 1')).rowCount === 1
        await waitFor(hasEvents, { message: 'audit-log to store an event of the catalogue' })
      } finally {
        await client.end()
      }
    },
  },
}
