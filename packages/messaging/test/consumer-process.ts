/** Runs a consumer in its own process, which tests kill or suspend. Each note takes a moment, so that there is always work in hand. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, createLogger, createPool, runProcess } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { startConsumer } from '../src/consumer/consumer.ts'
import { on } from '../src/consumer/handlers.ts'
import { defineNote } from './note.ts'

const [databaseUrl = '', brokers = '', topic = '', name = ''] = process.argv.slice(2)
const logger = createLogger({ service: name, level: 'silent' })
const note = defineNote(topic)

runProcess({
  logger,
  start: async () => {
    const pool = createPool({ url: databaseUrl, max: 10, name, logger })
    const consumer = startConsumer({
      kafka: { clientId: name, brokers: brokers.split(','), logger },
      name,
      serviceVersion: '1',
      db: createDatabase(pool),
      handlers: [
        on(note, async (tx, { id, payload }) => {
          await sleep(5)
          await tx.execute(
            sql`INSERT INTO effects (event_id, note_id, n) VALUES (${id}, ${payload.note_id}, ${payload.n})`,
          )
        }),
      ],
      logger,
      onCommitted: () => undefined,
      onFatal: (error) => {
        throw error
      },
    })
    return {
      async close() {
        await consumer.close()
        await pool.end()
      },
    }
  },
})
