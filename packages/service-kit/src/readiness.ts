import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { AppError } from './app-error.ts'
import { assertWritable, type Database, type Migrations } from './database.ts'

/**
 * Returns a function that throws while a service cannot work with its database: it accepts no writes, or a migration that this version of the
 * service needs has not run. Later migrations are fine.
 */
export function createReadinessCheck(db: Database, migrations: Migrations[]): () => Promise<void> {
  const needed = migrations.map(({ folder, table }) => ({
    table,
    newest: Math.max(...readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis }) => folderMillis)),
  }))
  return async () => {
    await assertWritable(db)
    for (const { table, newest } of needed) {
      const { rows } = await db.execute<{ isThere: boolean }>(
        sql`SELECT max(created_at) >= ${newest} AS "isThere" FROM drizzle.${sql.identifier(table)}`,
      )
      if (!rows[0]?.isThere)
        throw new AppError('unavailable', 'database.not-migrated', `${table}: a migration is missing`)
    }
  }
}
