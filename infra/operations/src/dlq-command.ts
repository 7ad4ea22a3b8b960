// `npm run dlq -- …`: the dead letters of the running stack, or of KAFKA_BROKERS.
import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createDlq } from './dlq.ts'
import { findRunningStack } from './running-stack.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
const dlq = createDlq({ ...terminal, stack: findRunningStack(), signal: stop.signal })
process.exitCode = await runCommandLine(dlq, process.argv.slice(2), terminal)
