import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import type { MethodTable } from './methods.ts'
import { problemOf, renderProblem } from './problem.ts'

const maxHeaders = 2_000
/** More than a balancer keeps open. Any more would take memory and file descriptors from those. */
const maxConnections = 5_000
// A name or an address, and a port. No comma: that is what Node joins several headers by.
const hostShape = /^([\w.~%!$&'()*+;=-]*|\[[\da-f:.]+\])(:\d{0,5})?$/i
const requestLineShape = /^[\w!#$%&'*+.^`|~-]+ (\S+) HTTP\/1\.[01]\r?$/

/** Settings of Node's HTTP server. What Node would refuse by itself, {@link addProtocolChecks} refuses with a problem document. */
export const serverOptions = {
  // Room for a token that is refused for its length.
  maxHeaderSize: 32 * 1024,
  // Where a header that may occur once occurs twice, Node would take the first and drop the second without a word.
  joinDuplicateHeaders: true,
  requireHostHeader: false,
}

/** Refuses requests that Node accepts and RFC 9110 or 9112 forbids, and answers with a problem where Node would answer by itself. */
export function addProtocolChecks(app: FastifyInstance, methods: MethodTable): void {
  // Node drops the headers above this number without a word.
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
    // Node has let go of this socket: its errors would end the process, and a client that stays would keep it open for good.
    socket.on('error', () => socket.destroy())
    answerSocket(socket, 405, { allow: methods.find(url).join(', ') })
    socket.destroySoon()
  })
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}

/** Answers what Node could not read as an HTTP request, and hangs up. */
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

/** The path asked with a method that Node's parser does not know: the error names only the byte at which the parser gave up. */
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
