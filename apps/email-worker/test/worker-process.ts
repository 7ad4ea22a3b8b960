import { Socket } from 'node:net'
import { createLogger, loadConfig, openResources, runProcess } from '@coursewire/service-kit'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'

// The worker as main.ts starts it, but that it dies, as by kill -9, at the moment it is told.
const moment = process.argv[2]
const die = () => process.kill(process.pid, 'SIGKILL')

if (moment?.endsWith('offset commit')) dieAtOffsetCommit(moment.startsWith('during'))

const logger = createLogger({ service: 'email-worker', level: 'info' })
runProcess({
  logger,
  start: () =>
    openResources(async (adopt) => {
      const config = loadConfig(configSchema, process.env)
      const onStep = (step: string) => void (step === moment && die())
      const ctx = adopt(await createContext(config, logger, { onStep }), (it) => it.close())
      const app = adopt(await buildApp(ctx), (it) => it.close())
      logger.info({ url: await app.listen({ port: 0 }) }, 'Listening')
      return {}
    }),
})

/**
 * Before the request leaves, or when it has left and the answer is not there yet. The request meant is the first one after the
 * transaction that wrote down a mail; others may come before it.
 */
function dieAtOffsetCommit(hasLeft: boolean): void {
  const steps = [
    (chunk: Buffer) => chunk.includes('insert into "emails"'),
    (chunk: Buffer) => chunk.includes('commit\0'),
    isOffsetCommit,
  ]
  // oxlint-disable-next-line typescript/unbound-method -- it is given its socket below
  const { write } = Socket.prototype
  Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
    const [chunk] = args as unknown[]
    if (Buffer.isBuffer(chunk) && steps[0]?.(chunk)) steps.shift()
    if (steps.length === 0 && !hasLeft) die()
    const isFlushed = write.apply(this, args)
    if (steps.length === 0) die()
    return isFlushed
  } as typeof write
}

/** Kafka requests begin with their length and a number that says what they ask. */
function isOffsetCommit(chunk: Buffer): boolean {
  return chunk.length > 6 && chunk.readInt32BE(0) === chunk.length - 4 && chunk.readInt16BE(4) === 8
}
