import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const apiKeys = { produce: 0, fetch: 1, findCoordinator: 10 }
/** An answer with records is longer than this, one without is shorter. */
const MAX_EMPTY_BYTES = 500

export interface BrokerProxy {
  port: number
  /** Holds back fetched records from now on. Resolves when it has some. */
  holdFetched(): Promise<void>
  /** Passes on what was held back. Resolves when the receiver has processed it and asks for more. */
  release(): Promise<void>
  /** Resets the connection in the middle of the next fetched records. Resolves when that has happened. */
  cutFetched(): Promise<void>
  /** Cuts a connection when the broker is about to answer a request of this kind. */
  losesAnswersTo: 'produce' | 'findCoordinator' | null
  close(): void
}

/** Starts a proxy in front of a broker that can delay or drop its answers. */
export async function startBrokerProxy(brokerPort: number): Promise<BrokerProxy> {
  const held = new Map<Socket, Buffer[]>()
  let isHolding = false
  let onHeld = () => {}
  let onCut: (() => void) | null = null

  const server = createServer((client) => {
    const broker = connect(brokerPort, '127.0.0.1')
    const readApiKey = createApiKeyReader()
    let apiKey = -1
    client.on('data', (bytes) => {
      apiKey = readApiKey(bytes) ?? apiKey
      broker.write(bytes)
    })
    broker.on('data', (bytes) => {
      if (proxy.losesAnswersTo && apiKey === apiKeys[proxy.losesAnswersTo]) client.destroy()
      else if (apiKey === apiKeys.fetch && onCut && bytes.length > MAX_EMPTY_BYTES) {
        const done = onCut
        onCut = null
        client.write(bytes.subarray(0, bytes.length / 2))
        // The client has read the first half by then.
        setTimeout(() => {
          client.resetAndDestroy()
          done()
        }, 100)
      } else if (apiKey === apiKeys.fetch && isHolding && (held.has(client) || bytes.length > MAX_EMPTY_BYTES)) {
        held.set(client, [...(held.get(client) ?? []), bytes])
        onHeld()
      } else client.write(bytes)
    })
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('error', () => one.destroy())
      one.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const proxy: BrokerProxy = {
    port: (server.address() as AddressInfo).port,
    losesAnswersTo: null,
    holdFetched() {
      isHolding = true
      return new Promise((resolve) => {
        onHeld = resolve
      })
    },
    async release() {
      isHolding = false
      const dealtWith = [...held].map(([client, chunks]) => {
        for (const bytes of chunks) client.write(bytes)
        return once(client, 'data')
      })
      held.clear()
      await Promise.all(dealtWith)
    },
    cutFetched: () =>
      new Promise((resolve) => {
        onCut = resolve
      }),
    close: () => server.close(),
  }
  return proxy
}

/** Reads the kind of the last request that begins in the bytes of a connection. */
function createApiKeyReader() {
  let left = 0
  return (bytes: Buffer): number | undefined => {
    let apiKey: number | undefined
    for (let at = 0; at < bytes.length; ) {
      if (left === 0) {
        left = 4 + bytes.readInt32BE(at)
        apiKey = bytes.readInt16BE(at + 4)
      }
      const taken = Math.min(left, bytes.length - at)
      left -= taken
      at += taken
    }
    return apiKey
  }
}
