import { randomBytes } from 'node:crypto'

/** A name that nobody else uses, also not another package at the same time; fit for topics, groups, databases and roles. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`
}
