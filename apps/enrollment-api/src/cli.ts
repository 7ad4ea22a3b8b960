import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createAccountCommands } from './accounts/commands.ts'

process.exitCode = await runCommandLine(createAccountCommands(terminal), process.argv.slice(2), terminal)
