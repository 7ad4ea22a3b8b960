import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import type { MethodTable } from './methods.ts'
import { problemOf, renderProblem } from './problem.ts'

const maxHeaders = 2_000
/** More than a balancer keeps open. Even more would take memory and file descriptors from those. */
const maxConnections = 5_000
// A name or an address, and a port. No comma, because Node joins repeated headers with commas.
const hostShape = /^([\w.~%!$&'()*+;=-]*|\[[\da-f:.]+\])(:\d{0,5})?$/i
const requestLineShape = /^[\w!#$%&'*+.^`|~-]+ (\S+) HTTP\/1\.[01]\r?$/

/** Settings of Node's HTTP server. Where Node would refuse by itself, {@link addProtocolChecks} answers with a problem document. */
export const serverOptions = {
  // Large enough for a token that is refused for its length.
  maxHeaderSize: 32 * 1024,
  // If a header that is allowed once is repeated, Node would silently use the first and drop the second.
  joinDuplicateHeaders: true,
  requireHostHeader: false,
}

/** Refuses requests that Node accepts but RFC 9110 or 9112 forbids, and answers with a problem where Node would answer by itself. */
export function addProtocolChecks(app: FastifyInstance, methods: MethodTable): void {
  // Node silently drops the headers above this number.
  app.server.maxHeadersCount = maxHeaders
  app.server.maxConnections = maxConnections
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.rawHeaders.length > 2 * maxHeaders) return done(refusal(431, `More than ${maxHeaders} headers`))
    const { host } = raw.headers
    const hasHost = host === undefined ? raw.httpVersion !== '1.1' : hostShape.test(host)
    done(hasHost ? undefined : refusal(400, 'Not one host'))
  })
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = renderProblem(problemOf(417), '', randomUUID())
    response.writeHead(417, { ...headers, connection: 'close' }).end(body)
  })
  app.server.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
    // Node does not manage this socket any more. Its errors would end the process, and a client that stays would keep it open forever.
    socket.on('error', () => socket.destroy())
    answerSocket(socket, 405, { allow: methods.find(url).join(', ') })
    socket.destroySoon()
  })
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}

/** Answers bytes that Node could not read as an HTTP request, and closes the connection. */
export function answerClientError(error: ConnectionError, socket: Socket, methods: MethodTable): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const path = error.code === 'HPE_INVALID_METHOD' ? findPath(error) : undefined
  if (path === undefined) return answerSocket(socket, statusOfClientError[error.code] ?? 400)
  const allowed = methods.find(path)
  if (allowed.length === 0) answerSocket(socket, 404)
  else answerSocket(socket, 405, { allow: allowed.join(', ') })
}

const statusOfClientError: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}

/** Finds the path of a request whose method Node's parser does not know. The error only has the byte at which the parser gave up. */
function findPath({ rawPacket, bytesParsed }: ConnectionError & { bytesParsed?: number }): string | undefined {
  const packet = Buffer.isBuffer(rawPacket) ? rawPacket : Buffer.of()
  const start = packet.lastIndexOf('\n', bytesParsed ?? 0) + 1
  const end = packet.indexOf('\n', start)
  const [, target] = requestLineShape.exec(packet.toString('latin1', start, Math.max(start, end))) ?? []
  return target?.split('?', 1)[0]
}

function answerSocket(socket: Socket, status: number, more: Record<string, string> = {}): void {
  const problem = problemOf(status)
  const { headers, body } = renderProblem(problem, '', randomUUID())
  socket.end(
    [
      `HTTP/1.1 ${status} ${problem.title}`,
      ...Object.entries({ ...headers, ...more }).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
