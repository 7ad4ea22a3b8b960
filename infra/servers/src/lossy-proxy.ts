import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Starts a proxy in front of Postgres that can lose an answer: the statement is executed, but the connection ends. */
export async function startLossyProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let wanted: string | null = null
  let lost = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isLosing = false
    // The first bytes open the session. Names of settings in them may look like the statement.
    let isOpen = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        for (const each of [client, upstream]) each.destroy()
      })
    }
    client.on('data', (bytes) => {
      if (isOpen && wanted !== null && bytes.includes(wanted)) {
        wanted = null
        isLosing = true
      }
      isOpen = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!isLosing) return client.write(bytes)
      lost += 1
      upstream.destroy()
      return client.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }).href,
    /** Loses the answer of the next statement, or the next use of a named statement, that contains this text. */
    loseAnswerTo(text: string): void {
      wanted = text
    },
    countLost: () => lost,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
