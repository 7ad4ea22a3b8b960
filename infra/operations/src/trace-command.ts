// `npm run trace -- …`: the spans of the running stack, or those at TRACES_URL.
import { serverPorts } from '@coursewire/product'
import { runCommandLine, terminal } from '@coursewire/service-kit'
import { findRunningStack } from './running-stack.ts'
import { createTrace } from './trace.ts'

const url = process.env['TRACES_URL'] ?? findRunningStack()?.traces ?? `http://127.0.0.1:${serverPorts.traces}`
process.exitCode = await runCommandLine(createTrace({ ...terminal, url }), process.argv.slice(2), terminal)
