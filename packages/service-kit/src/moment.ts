import { customType } from 'drizzle-orm/pg-core'
import type { Moment } from './clock.ts'

/** A column of moments. It is written as any ISO 8601 text, and read with Postgres' six digits, which a Date would cut to three. */
export const moment = customType<{ data: Moment; driverData: string }>({
  dataType: () => 'timestamptz',
  fromDriver(text) {
    const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
    return `${new Date(text).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`
  },
})
