/**
 * Runs a consumer in its own process. Its notes with the key `blocked` wait for a lock on the table `gate`. Over IPC it reports how many
 * bytes it holds.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDatabase, createLogger, createPool } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { startConsumer } from '../src/consumer/consumer.ts'
import { onRun } from '../src/consumer/handlers.ts'
import { defineNote, insertNotes } from './note.ts'

const [databaseUrl = '', brokers = '', topic = '', name = ''] = process.argv.slice(2)
const logger = createLogger({ service: name, level: 'silent' })
const note = defineNote(topic)

startConsumer({
  kafka: { clientId: name, brokers: brokers.split(','), logger },
  name,
  serviceVersion: '1',
  db: createDatabase(createPool({ url: databaseUrl, max: 20, name, logger })),
  handlers: [
    onRun(note, async (tx, events) => {
      if (events.some(({ payload }) => payload.note_id === 'blocked')) await tx.execute(sql`SELECT FROM gate FOR SHARE`)
      await insertNotes(tx, events)
    }),
  ],
  logger,
  onCommitted: () => undefined,
  onFatal: (error) => {
    throw error
  },
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
process.on('message', () => {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  process.send?.(heapUsed + arrayBuffers)
})
process.on('disconnect', () => process.exit())
