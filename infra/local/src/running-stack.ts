import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keepSecrets, type Secrets } from '@coursewire/setup'

const directory = new URL('../../../.coursewire/', import.meta.url)
const stackFile = new URL('stack.json', directory)

/** What `npm start` says of the stack while it runs. */
export interface RunningStack {
  enrollmentApi: string
  distributionService: string
  kafka: string
  postgres: Record<'enrollment' | 'distribution' | 'email', { databaseUrl: string }>
}

export function readRunningStack(): RunningStack | null {
  return existsSync(stackFile) ? JSON.parse(readFileSync(stackFile, 'utf8')) : null
}

/** Those of the running stack. */
export function readSecrets(): Secrets {
  return keepSecrets(fileURLToPath(new URL('secrets.json', directory)))
}
