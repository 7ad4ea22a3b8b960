/** Runs a relay that suspends itself before it sends its first batch, until it is continued. */
import { createLogger } from '@coursewire/service-kit'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { startRelay } from '../src/relay/relay.ts'

const [databaseUrl = '', brokers = ''] = process.argv.slice(2)
const logger = createLogger({ service: 'relay-that-halts', level: 'silent' })
const channel = createKafkaChannel({ clientId: 'test', brokers: brokers.split(','), logger })
let hasHalted = false

startRelay({
  databaseUrl,
  logger,
  channel: {
    ...channel,
    async send(rows) {
      if (!hasHalted) {
        hasHalted = true
        process.kill(process.pid, 'SIGSTOP')
      }
      return channel.send(rows)
    },
  },
})
