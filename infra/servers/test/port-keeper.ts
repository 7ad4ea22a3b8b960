// A process that is given a port, for the test that asks for the same one: prints it, and waits for its end.
import { findFreePort } from '../src/index.ts'

process.stdout.write(`${await findFreePort()}\n`)
setInterval(() => {}, 60_000)
