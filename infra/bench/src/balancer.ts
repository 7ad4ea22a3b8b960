import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/**
 * Passes each request to the next of the instances, by their ports, that takes the connection, as a load balancer does; 502
 * when none does. Who is in `instances` may change. Runs until the process ends.
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
      // What it says of its own connection is not of this one.
      const { connection: _own, 'keep-alive': _time, ...headers } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, headers)
      answer.pipe(outgoing)
      return
    } catch (error) {
      // Nobody has read the request yet: another may have it.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
    }
  }
  throw new Error('No instance takes the connection')
}

async function ask(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  // Each request by a connection of its own: one that is kept may end as the next request is written to it.
  const asked = request({ port, host: '127.0.0.1', method, path: url, headers, agent: false })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}
