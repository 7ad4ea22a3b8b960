import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createMails } from './mails.ts'

process.exitCode = await runCommandLine(createMails(terminal), process.argv.slice(2), terminal)
