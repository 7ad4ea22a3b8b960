import { Socket } from 'node:net'
import { runService } from '@coursewire/service-kit'
import { buildApp } from '../src/app.ts'
import { configSchema, service } from '../src/config.ts'
import { createContext } from '../src/context.ts'

// Starts the worker as main.ts does, but kills it with SIGKILL at the given moment.
const moment = process.argv[2]
const die = () => process.kill(process.pid, 'SIGKILL')

if (moment?.endsWith('offset commit')) dieAtOffsetCommit(moment.startsWith('during'))

const onStep = (step: string) => void (step === moment && die())
runService(
  {
    service,
    configSchema,
    createContext: (config, logger) => createContext(config, logger, { onStep }),
    buildApp,
  },
  process.env,
)

/**
 * Dies before the offset commit leaves, or when it has left but is not answered yet. This means the first offset commit after the
 * transaction that recorded a mail; there may be earlier ones.
 */
function dieAtOffsetCommit(hasLeft: boolean): void {
  const steps = [
    (chunk: Buffer) => chunk.includes('insert-emails'),
    (chunk: Buffer) => chunk.includes('commit\0'),
    isOffsetCommit,
  ]
  // oxlint-disable-next-line typescript/unbound-method -- called with its socket below
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

/** A Kafka request begins with its length and its type. */
function isOffsetCommit(chunk: Buffer): boolean {
  return chunk.length > 6 && chunk.readInt32BE(0) === chunk.length - 4 && chunk.readInt16BE(4) === 8
}
