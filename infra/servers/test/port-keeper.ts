// A process that takes a port, for the test that asks for the same one. Prints it and waits.
import { findFreePort } from '../src/index.ts'

process.stdout.write(`${await findFreePort()}\n`)
setInterval(() => {}, 60_000)
