import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createAudit } from './audit.ts'

process.exitCode = await runCommandLine(createAudit(terminal), process.argv.slice(2), terminal)
