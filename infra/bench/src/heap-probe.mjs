// Loaded into an app before its own code. At SIGUSR2 it collects garbage, and writes to a file how many bytes are left.
import { writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  collect()
  writeFileSync(process.env.HEAP_FILE, String(process.memoryUsage().heapUsed))
})
