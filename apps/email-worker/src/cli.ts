import { runMain } from 'citty'
import { createMails } from './mails.ts'

await runMain(
  createMails({
    env: process.env,
    print: (text) => console.log(text),
    fail(text) {
      console.error(text)
      process.exitCode = 1
    },
  }),
)
