import { existsSync, readFileSync } from 'node:fs'

const stackFile = new URL('../../../.coursewire/stack.json', import.meta.url)

/** What `npm start` says of the stack while it runs. */
export interface RunningStack {
  kafka: string
  postgres: Record<'enrollment' | 'distribution' | 'email', { databaseUrl: string }>
}

export function readRunningStack(): RunningStack | null {
  return existsSync(stackFile) ? JSON.parse(readFileSync(stackFile, 'utf8')) : null
}
