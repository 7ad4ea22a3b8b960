import { runCommandLine, type Terminal } from '@coursewire/service-kit'
import { createMails } from './mails.ts'

const terminal: Terminal = {
  env: process.env,
  print: (text) => console.log(text),
  note: (text) => console.error(text),
}
process.exitCode = await runCommandLine(createMails(terminal), process.argv.slice(2), terminal)
