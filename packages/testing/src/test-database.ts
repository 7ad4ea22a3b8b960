import { isolateDatabase } from '@coursewire/postgres'
import { uniqueName } from '@coursewire/servers'
import { inject } from 'vitest'
import { withAdmin } from './admin.ts'

export type TestDatabase = AsyncDisposable & {
  /** Connects as the role of the service. */
  databaseUrl: string
  /** Connects as the role for migrations. */
  migrateDatabaseUrl: string
  /** Connects as superuser. */
  adminUrl: string
  drop(): Promise<void>
}

/** Creates a copy of the package's migrated template database for one test file. Needs `createGlobalSetup`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template, databaseUrl, migrateDatabaseUrl } = inject('postgres')
  const database = uniqueName(template)
  await withAdmin(adminUrl, async (admin) => {
    await admin.query(`create database ${database} template ${template} owner ${template}_owner`)
    await isolateDatabase(admin, database, template)
  })

  const inCopy = (url: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href
  const drop = () =>
    withAdmin(adminUrl, async (admin) => {
      await admin.query(`drop database if exists ${database} with (force)`)
    })
  return {
    databaseUrl: inCopy(databaseUrl),
    migrateDatabaseUrl: inCopy(migrateDatabaseUrl),
    adminUrl: inCopy(adminUrl),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}
