import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Finds a free port of 127.0.0.1: `wanted` if possible. No other caller gets it before this process ends. It is below the range for outgoing
 * connections, so that none of these takes it before the server listens or while it restarts.
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
 * Two processes could choose the same port before its server listens. So whoever chooses a port also binds the UDP port of that number,
 * which none of our servers uses. The system gives it to one process only, across users and checkouts, and takes it back when that
 * process ends, even by `kill -9`.
 */
async function claim(port: number): Promise<boolean> {
  const claimed = createSocket('udp4').unref()
  try {
    claimed.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(claimed, 'listening')
    if (await isFree(port)) return true
  } catch {
    // Another process has claimed it.
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
