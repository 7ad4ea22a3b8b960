/** Runs a relay that is killed with -9 after the broker has acknowledged a batch and before its rows are deleted. */
import { createLogger } from '@coursewire/service-kit'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { startRelay } from '../src/relay/relay.ts'

const [databaseUrl = '', brokers = ''] = process.argv.slice(2)
const logger = createLogger({ service: 'relay-that-dies', level: 'silent' })
const channel = createKafkaChannel({ clientId: 'test', brokers: brokers.split(','), logger })

startRelay({
  databaseUrl,
  logger,
  channel: {
    ...channel,
    async send(rows) {
      const { sent } = await channel.send(rows)
      if (sent.length > 0) process.kill(process.pid, 'SIGKILL')
      throw new Error('unreachable')
    },
  },
})
