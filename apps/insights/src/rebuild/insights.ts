import { rebuildTables, toKafkaSettings } from '@coursewire/messaging'
import { type CommandLine, createLogger, defineAction, loadConfig, type Terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import { cliConfigSchema, service } from '../config.ts'
import { handlers } from '../consumer.ts'
import { keptTables } from '../db/schema.ts'
import { readHistory } from './history.ts'

/** The command with which operators make the numbers anew. */
export function createInsights({ env, print, note }: Terminal): CommandLine {
  const rebuild = defineAction({
    name: 'rebuild',
    description: 'Makes all tables anew from the events, beside the old ones, and replaces these at once',
    input: z.object({
      history: z
        .string()
        .optional()
        .describe('What npm run audit -- export has written; without it, only days that Kafka still has are replaced'),
      incomplete: z
        .boolean()
        .default(false)
        .describe('Go on although events are missing between the export and Kafka, or of a whole tenant'),
    }),
    async run({ history, incomplete }) {
      const config = loadConfig(cliConfigSchema, env)
      const logger = createLogger({ service: service.name, level: 'silent' })
      const { since, rows } = await rebuildTables({
        kafka: toKafkaSettings('rebuild', config, logger),
        databaseUrl: config.MIGRATE_DATABASE_URL,
        name: service.name,
        serviceVersion: service.version,
        handlers,
        keptTables,
        history: history === undefined ? null : () => readHistory(history),
        mayMiss: incomplete,
        onProgress: note,
      })
      print(
        since === null ? 'Replaced everything' : `Replaced the days from ${since} on; those before stay as they were`,
      )
      for (const [table, count] of Object.entries(rows)) print(`  ${table}: ${count} rows`)
    },
  })

  return { name: 'insights', description: 'Makes reports anew', actions: { rebuild } }
}
