// A process that owns servers, for the test that kills it. Prints their addresses and waits.
import { ownKafka, ownPostgres } from '../src/index.ts'

const directory = process.argv[2]
if (!directory) throw new Error('Which directory?')
const [kafka] = await Promise.all([
  ownKafka({ dataDir: `${directory}/kafka` }),
  ownPostgres({ dataDir: `${directory}/postgres` }),
])
process.stdout.write(`${kafka.pid}\n`)
setInterval(() => {}, 60_000)
