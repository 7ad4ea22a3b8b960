import { customType } from 'drizzle-orm/pg-core'

/** A moment, written as any ISO 8601 text and read as UTC with the six digits Postgres keeps, which a Date would cut to three. */
export const moment = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamptz',
  fromDriver(text) {
    const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
    return `${new Date(text).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`
  },
})
