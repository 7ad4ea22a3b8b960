import { fileURLToPath } from 'node:url'
import { databases } from '@coursewire/product'
import { type Databases, migrate } from '@coursewire/setup'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

it('a failed migration is named and quoted', async () => {
  const nowhere = 'postgres://nobody@127.0.0.1:1/nothing'
  const access = { databaseUrl: nowhere, migrateDatabaseUrl: nowhere }

  const all = Object.fromEntries(databases.map(({ database }) => [database, access])) as Databases

  const migrating = migrate(all, root)

  await expect(migrating).rejects.toThrow(/dist\/migrate\.js ended with 1 and said: .*ECONNREFUSED/s)
})
