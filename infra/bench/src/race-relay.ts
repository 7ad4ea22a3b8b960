// Our relay in a process of its own: moves the outbox to Kafka until standard input ends. What arrives there wakes it, as a service wakes
// its relay after a commit.
import { once } from 'node:events'
import { createKafkaChannel, startRelay } from '@coursewire/messaging'
import { createLogger } from '@coursewire/service-kit'

const { DATABASE_URL: databaseUrl = '', KAFKA_BROKERS = '' } = process.env
const logger = createLogger({ service: 'race', level: 'info' })
const channel = createKafkaChannel({ clientId: 'race', brokers: KAFKA_BROKERS.split(','), logger })
const relay = startRelay({ databaseUrl, channel, logger })
process.stdin.on('data', () => relay.wake())
await once(process.stdin, 'end')
await relay.close()
