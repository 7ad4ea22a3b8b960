import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/**
 * Passes each request to the next instance (a port) that accepts a connection, as a load balancer does, or answers 502 if none does.
 * `instances` may change at any time. Runs until the process ends.
 */
export async function startBalancer(port: number, instances: ReadonlySet<number>): Promise<void> {
  let turn = 0
  const server = createServer((incoming, outgoing) => {
    turn += 1
    const ports = [...instances]
    const order = ports.map((_, index) => ports[(index + turn) % ports.length] ?? 0)
    pass(incoming, outgoing, order).catch(() => outgoing.writeHead(502).end())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, instances: readonly number[]): Promise<void> {
  const body = await buffer(incoming)
  for (const port of instances) {
    try {
      const answer = await ask(port, incoming, body)
      // These headers describe the instance's connection, not the client's.
      const { connection: _own, 'keep-alive': _time, ...headers } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, headers)
      answer.pipe(outgoing)
      return
    } catch (error) {
      // No instance has read the request yet, so it is safe to try the next one.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
    }
  }
  throw new Error('No instance accepts the connection')
}

async function ask(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  // Each request gets its own connection, because a reused one may close while the next request is written to it.
  const asked = request({ port, host: '127.0.0.1', method, path: url, headers, agent: false })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}
