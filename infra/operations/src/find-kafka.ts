import { type KafkaSettings, toKafkaSettings } from '@coursewire/messaging'
import { baseConfig, createLogger, loadConfig } from '@coursewire/service-kit'
import { z } from 'zod'
import type { RunningStack } from './running-stack.ts'

const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = baseConfig
const schema = z.object({ KAFKA_BROKERS, KAFKA_SSL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD })

/** Finds the Kafka that `KAFKA_…` names, or that of the running stack. Throws if there is neither. */
export function findKafka(clientId: string, env: NodeJS.ProcessEnv, stack: RunningStack | null): KafkaSettings {
  const brokers = env['KAFKA_BROKERS'] || stack?.kafka
  if (!brokers) throw new Error('Nothing is running here: run npm start first, or name the brokers in KAFKA_BROKERS')
  const config = loadConfig(schema, { ...env, KAFKA_BROKERS: brokers })
  return toKafkaSettings(clientId, config, createLogger({ service: clientId, level: 'silent' }))
}
