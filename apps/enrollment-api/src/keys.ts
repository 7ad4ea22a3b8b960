import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createKeyCommands } from './keys/commands.ts'

process.exitCode = await runCommandLine(createKeyCommands(terminal), process.argv.slice(2), terminal)
