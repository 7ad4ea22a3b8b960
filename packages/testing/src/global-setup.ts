import { randomBytes } from 'node:crypto'
import { provisionService } from '@coursewire/postgres'
import { startKafka, startPostgres, uniqueName } from '@coursewire/servers'
import type { TestProject } from 'vitest/node'
import { withAdmin } from './admin.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The template database of this run. The run role has the same name. */
    postgres: { adminUrl: string; template: string; databaseUrl: string; migrateDatabaseUrl: string }
    kafka: { brokers: string[] }
  }
}

export type GlobalSetupOptions = {
  /** The prefix of names on the server, which shows where they belong. */
  service?: string
  /** Migrates the template database as its owner. */
  migrate?: (ownerUrl: string) => Promise<void>
  /** Whether the tests also need a broker: `inject('kafka')`. */
  kafka?: boolean
}

/**
 * Builds what a package's `test/global-setup.ts` exports as `setup`. It finds or starts the servers, creates a migrated template database
 * for `createTestDatabase`, and removes everything after the last test.
 */
export function createGlobalSetup({ service = 'test', migrate, kafka = false }: GlobalSetupOptions = {}) {
  return async (project: TestProject) => {
    const log = (line: string) => process.stdout.write(`${line}\n`)
    const [postgres, broker] = await Promise.all([startPostgres({ log }), kafka ? startKafka({ log }) : undefined])
    log(postgres.description)
    if (broker) log(broker.description)

    const template = uniqueName(service)
    const access = await provisionService(postgres.url, template, { owner: createPassword(), run: createPassword() })
    await migrate?.(access.migrateDatabaseUrl)
    project.provide('postgres', { adminUrl: postgres.url, template, ...access })
    if (broker) project.provide('kafka', { brokers: broker.brokers })

    return async () => {
      await removeAll(postgres.url, template)
      await Promise.all([postgres.stop(), broker?.stop()])
    }
  }
}

function createPassword(): string {
  return randomBytes(24).toString('base64url')
}

async function removeAll(adminUrl: string, template: string): Promise<void> {
  await withAdmin(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [template],
    )
    for (const { datname } of rows) await admin.query(`drop database ${datname} with (force)`)
    await admin.query(`drop role ${template}, ${template}_owner`)
  })
}
