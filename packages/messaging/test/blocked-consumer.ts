/**
 * A consumer as a process of its own whose notes under the key `blocked` wait for the lock on the table `gate`. Asked over
 * IPC, it answers how many bytes it holds.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defineEvent } from '@coursewire/events'
import { createDatabase, createLogger, createPool } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { onRun } from '../src/apply-batch.ts'
import { startConsumer } from '../src/consumer.ts'

const [databaseUrl = '', brokers = '', topic = '', name = ''] = process.argv.slice(2)
const logger = createLogger({ service: name, level: 'silent' })
const note = defineEvent({
  type: 'note.written',
  topic,
  producer: 'test',
  key: 'note_id',
  listeners: [],
  payload: z.object({ note_id: z.string(), n: z.int() }),
})

startConsumer({
  kafka: { clientId: name, brokers: brokers.split(','), logger },
  name,
  serviceVersion: '1',
  db: createDatabase(createPool({ url: databaseUrl, max: 20, name, logger })),
  topics: [topic],
  handlers: [
    onRun(note, async (tx, events) => {
      if (events.some(({ payload }) => payload.note_id === 'blocked')) await tx.execute(sql`SELECT FROM gate FOR SHARE`)
      await tx.execute(sql`
        INSERT INTO effects (event_id, note_id, n)
        SELECT * FROM unnest(${sql.param(events.map(({ id }) => id))}::text[],
                             ${sql.param(events.map(({ payload }) => payload.note_id))}::text[],
                             ${sql.param(events.map(({ payload }) => payload.n))}::int[])`)
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
