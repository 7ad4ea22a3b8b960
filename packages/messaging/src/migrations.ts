import { fileURLToPath } from 'node:url'

/** The folder of migrations for the outbox and dedup tables. Every service applies it before its own. */
export const messagingMigrations = {
  folder: fileURLToPath(new URL('../migrations', import.meta.url)),
  table: 'messaging_migrations',
}
