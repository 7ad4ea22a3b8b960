import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openSocket } from '../src/kafkajs/socket.ts'

/** Opens a socket to a broker that answers only when told to. */
async function connectToSilence() {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { port } = server.address() as AddressInfo
  const socket = openSocket({ host: '127.0.0.1', port, ssl: undefined, onConnect: () => undefined } as never)
  onTestFinished(() => void socket.destroy())
  const [broker] = await accepted
  onTestFinished(() => void broker.destroy())
  return { socket, broker }
}

it('a broker that never answers is given up as unreachable, so that the next one is asked', async () => {
  const { socket } = await connectToSilence()
  const failed = once(socket, 'error')

  socket.write('a question')
  vi.advanceTimersByTime(4_999)
  expect(socket.destroyed).toBe(false)
  vi.advanceTimersByTime(1)

  expect(socket.destroyed).toBe(true)
  expect(await failed).toMatchObject([{ message: 'no answer' }])
})

it('a broker that stops answering is given up as disconnected, but one that answers late is not', async () => {
  const { socket, broker } = await connectToSilence()
  const ask = async () => {
    socket.write('a question')
    vi.advanceTimersByTime(4_999)
    const answered = once(socket, 'data')
    broker.write('an answer')
    await answered
  }
  await ask()
  await ask()
  // Without a request, no answer is missing.
  vi.advanceTimersByTime(60_000)
  expect(socket.destroyed).toBe(false)

  const ended = once(socket, 'end')
  socket.write('a question')
  vi.advanceTimersByTime(10_000)
  // A second request does not extend the wait for the first.
  socket.write('another')
  vi.advanceTimersByTime(12_000)

  expect(socket.destroyed).toBe(true)
  await ended
})
