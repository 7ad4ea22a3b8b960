import { createServer } from 'node:http'
import { mock } from 'node:test'
import { createLogger } from '../src/logger.ts'
import { runProcess, runTask } from '../src/process.ts'

const [mode] = process.argv.slice(2)
const logger = createLogger({ service: 'child', level: 'info' })

// In these modes the test controls the time.
const clock = mock.timers
if (['close-takes-14-seconds', 'close-hangs', 'close-fails'].includes(mode ?? ''))
  clock.enable({ apis: ['setTimeout'] })

async function start(stopping: AbortSignal) {
  const server = createServer().listen(0, '127.0.0.1')
  const service = {
    async close() {
      logger.info('Closing')
      if (mode === 'close-takes-14-seconds') clock.tick(14_000)
      if (mode === 'close-hangs') {
        setImmediate(() => clock.tick(15_000))
        await new Promise(() => setInterval(() => undefined, 1_000))
      }
      if (mode === 'close-leaves-something') setInterval(() => undefined, 1_000)
      if (mode === 'close-fails') {
        setImmediate(() => clock.tick(15_000))
        throw new Error('close broke')
      }
      server.close()
    },
  }
  if (mode === 'start-fails') {
    server.close()
    throw new Error('start broke')
  }
  if (mode === 'start-waits') {
    logger.info('Waiting')
    await new Promise((resolve) => stopping.addEventListener('abort', resolve))
    logger.info('Told to stop')
  }
  if (mode === 'start-gives-up') {
    logger.info('Waiting')
    await new Promise((resolve) => stopping.addEventListener('abort', resolve))
    server.close()
    stopping.throwIfAborted()
  }
  if (mode === 'rejects') setImmediate(() => void Promise.reject(new Error('nobody cares')))
  logger.info('Started')
  return service
}

/** Logs more than a pipe holds. */
function logMuch(): void {
  for (let line = 0; line < 1_000; line += 1) logger.info({ text: 'x'.repeat(200) }, `Line ${line}`)
}

switch (mode) {
  case 'task-fails':
    await runTask(() => Promise.reject(new Error('Failed query', { cause: new Error('no such table') })))
    break
  case 'exits':
    logMuch()
    logger.info('Last line')
    process.exit()
  case 'throws':
    logMuch()
    logger.info('Last line')
    throw new Error('nobody catches this')
  case 'is-killed-after-a-fatal-line':
    logMuch()
    logger.fatal('Last line')
    process.kill(process.pid, 'SIGKILL')
    break
  case undefined:
  default:
    runProcess({ logger, start })
}
