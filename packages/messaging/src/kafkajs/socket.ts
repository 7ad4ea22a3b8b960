import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'

/** The first answer takes milliseconds. A later one may take as long as a member waits for the others to join. */
const MAX_SILENCE_MS = { first: 5_000, later: 22_000 }

/**
 * Creates sockets that are closed when a broker hangs. kafkajs asks a broker that does not answer again and again over the same
 * connection. It looks for another broker only if that connection is closed or cannot be opened.
 */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect)
  socket.setKeepAlive(true, 60_000)

  let timer: NodeJS.Timeout | undefined
  function giveUp(): void {
    if (socket.bytesRead > 0) socket.emit('end')
    socket.destroy(socket.bytesRead > 0 ? undefined : new Error('no answer'))
  }
  function expectNothing(): void {
    clearTimeout(timer)
    timer = undefined
  }
  const write = socket.write.bind(socket)
  socket.write = ((...args: Parameters<typeof write>) => {
    timer ??= setTimeout(giveUp, socket.bytesRead > 0 ? MAX_SILENCE_MS.later : MAX_SILENCE_MS.first)
    return write(...args)
  }) as typeof socket.write
  socket.on('data', expectNothing)
  socket.on('close', expectNothing)
  return socket
}
