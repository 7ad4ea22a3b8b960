// `npm run outbox -- …`: the outboxes of the running stack, or that of DATABASE_URL.
import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createOutbox } from './outbox.ts'
import { findRunningStack } from './running-stack.ts'

const outbox = createOutbox({ ...terminal, stack: findRunningStack() })
process.exitCode = await runCommandLine(outbox, process.argv.slice(2), terminal)
