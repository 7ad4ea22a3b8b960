import { customType } from 'drizzle-orm/pg-core'
import type { Moment } from './clock.ts'

/** Reads Postgres' text of a moment with its six digits, which a Date would cut to three. */
export function readMoment(text: string): Moment {
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
  return `${new Date(text).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`
}

/** A column of moments. It is written as any ISO 8601 text, and read by {@link readMoment}. */
export const moment = customType<{ data: Moment; driverData: string }>({
  dataType: () => 'timestamptz',
  fromDriver: readMoment,
})
