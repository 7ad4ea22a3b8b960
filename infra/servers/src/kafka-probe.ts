import { connect } from 'node:net'

// A metadata request, version 4: size, api key 3, version, correlation id, no client id, no topics, no auto-creation.
const request = Buffer.from('0000000f0003000400000001ffff0000000000', 'hex')
const brokerCountAt = 12

/**
 * Whether the broker at this address answers and knows of enough live brokers. A broker listens a moment before it counts itself, and a
 * topic that is created in that moment is refused for lack of brokers.
 */
export function isBrokerReady(host: string, port: number, liveBrokers = 1): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 2_000 }, () => socket.write(request))
    let answer = Buffer.alloc(0)
    const finish = (isReady: boolean) => {
      socket.destroy()
      resolve(isReady)
    }
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes])
      if (answer.length >= brokerCountAt + 4) finish(answer.readInt32BE(brokerCountAt) >= liveBrokers)
    })
    socket.on('error', () => finish(false))
    socket.on('timeout', () => finish(false))
    socket.on('close', () => resolve(false))
  })
}
