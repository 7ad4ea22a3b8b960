import { randomBytes } from 'node:crypto'

/** Creates a unique name, even among packages at the same time, for topics, groups, databases and roles. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`
}
