import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 that is free now: `wanted` if possible. This gives it to no other process before this one ends. Chosen
 * below the range from which systems number outgoing connections, so that nobody slips in before the server listens or while
 * it is down for a restart.
 */
export async function findFreePort(wanted?: number, log?: (line: string) => void): Promise<number> {
  if (wanted !== undefined && (await claim(wanted))) return wanted
  for (;;) {
    const port = randomInt(10_000, 32_000)
    if (!(await claim(port))) continue
    if (wanted !== undefined) log?.(`Port ${wanted} is taken: using ${port}`)
    return port
  }
}

/**
 * Between the choice of a port and the moment its server listens, two processes could choose the same. So whoever chooses
 * binds the UDP port of that number too, which none of our servers uses: the system lets one process have it, whoever runs
 * it and from whichever checkout, and takes it back when that process ends, even by `kill -9`.
 */
async function claim(port: number): Promise<boolean> {
  const claimed = createSocket('udp4').unref()
  try {
    claimed.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(claimed, 'listening')
    if (await isFree(port)) return true
  } catch {
    // Somebody else has claimed it.
  }
  claimed.close()
  return false
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
