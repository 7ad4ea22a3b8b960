import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Kafka } from '@coursewire/messaging'

const patch = fileURLToPath(new URL('../../../patches/kafkajs@2.2.4.patch', import.meta.url))

/**
 * Opens a client of kafkajs as it is published: a copy of ours without our patch. pnpm would also patch a second dependency on it, whatever
 * its name.
 */
export function openPublishedKafka(brokers: string[]): { kafka: Kafka; close(): Promise<void> } {
  const ofMessaging = createRequire(import.meta.resolve('@coursewire/messaging'))
  const folder = mkdtempSync(join(tmpdir(), 'kafkajs-'))
  cpSync(dirname(ofMessaging.resolve('kafkajs/package.json')), folder, { recursive: true })
  // A folder of a repository would make git ignore the paths of the patch.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) }
  execFileSync('git', ['apply', '--reverse', patch], { cwd: folder, env })
  const published = ofMessaging(folder) as {
    Kafka: new (config: { clientId: string; brokers: string[]; logLevel: number }) => Kafka
    logLevel: { ERROR: number }
  }
  return {
    kafka: new published.Kafka({ clientId: 'bench', brokers, logLevel: published.logLevel.ERROR }),
    close: async () => rmSync(folder, { recursive: true }),
  }
}
