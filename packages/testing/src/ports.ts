import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Free until the server listens to which it was given, a moment later. */
const handedOut = new Set<number>()

/**
 * A port of 127.0.0.1 that is free now: `wanted` if possible. Chosen below the range from which systems number outgoing
 * connections, so that nobody slips in before the server listens or while it is down for a restart.
 */
export async function findFreePort(wanted?: number, log?: (line: string) => void): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted
  for (;;) {
    const port = randomInt(10_000, 32_000)
    if (handedOut.has(port) || !(await isFree(port))) continue
    handedOut.add(port)
    if (wanted !== undefined) log?.(`Port ${wanted} is taken: using ${port}`)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
