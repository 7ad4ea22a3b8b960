import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

type Upstream = { socket: Socket; client: Socket | null }

/**
 * Starts a proxy in front of Postgres that pools by transaction, as pgbouncer can: each transaction gets the session that was released last.
 * It supports only simple queries without TLS.
 */
export async function startPoolingProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const idle: Upstream[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    // Each client signs in on its own session, which then belongs to the pool.
    let upstream: Upstream | null = open(client)
    let isStarted = false
    const read = readMessages((message) => {
      if (message[0] === 'X'.charCodeAt(0)) return
      upstream ??= idle.pop() ?? null
      if (upstream) upstream.client = client
      upstream?.socket.write(message)
    })
    client.on('data', (bytes) => {
      // The first message has no type byte.
      if (isStarted) return read(bytes)
      isStarted = true
      upstream?.socket.write(bytes)
    })
    client.on('free', () => {
      upstream = null
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  function open(client: Socket): Upstream {
    const socket = connect(Number(target.port), target.hostname)
    const upstream: Upstream = { socket, client }
    for (const each of [client, socket]) sockets.add(each.on('error', () => undefined))
    socket.on(
      'data',
      readMessages((message) => {
        const type = String.fromCharCode(message[0] ?? 0)
        // A pooler invents a process id, with which it later recognises what to cancel.
        if (type === 'K') message.writeInt32BE(1, 5)
        const owner = upstream.client
        if (type === 'Z' && message[5] === 'I'.charCodeAt(0)) {
          upstream.client = null
          owner?.emit('free')
          idle.push(upstream)
        }
        owner?.write(message)
      }),
    )
    return upstream
  }

  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }).href,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Splits the bytes into messages: a letter, a length that includes itself, and the content. */
function readMessages(take: (message: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1)
      take(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  }
}
