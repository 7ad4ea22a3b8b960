import { type KafkaSettings, toKafkaSettings } from '@coursewire/messaging'
import { createLogger, kafkaConfig, loadConfig } from '@coursewire/service-kit'
import { z } from 'zod'
import type { RunningStack } from './running-stack.ts'

/** Finds the Kafka that `KAFKA_…` names, or that of the running stack. Throws if there is neither. */
export function findKafka(clientId: string, env: NodeJS.ProcessEnv, stack: RunningStack | null): KafkaSettings {
  const brokers = env['KAFKA_BROKERS'] || stack?.kafka
  if (!brokers)
    throw new Error(
      'Nothing is running here: run npm start or docker compose up first, or name the brokers in KAFKA_BROKERS',
    )
  const config = loadConfig(z.object(kafkaConfig), { ...env, KAFKA_BROKERS: brokers })
  return toKafkaSettings(clientId, config, createLogger({ service: clientId, level: 'silent' }))
}
