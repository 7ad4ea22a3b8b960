import { z } from 'zod'

/**
 * An opaque identifier: 1–128 characters that Postgres, a header and an address can hold, so no control character, no half of a
 * surrogate pair, and neither of the two dot segments, which an address would resolve away.
 */
export const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u, 'is a dot segment, or holds a control character or half a surrogate pair')
  .meta({ title: 'id' })

/**
 * A moment as ISO 8601 with seconds, 0–9 fractional digits and an offset that Postgres knows. Kept as text: a JavaScript date
 * forgets microseconds.
 */
export const moment = z.iso
  .datetime({ offset: true })
  .regex(
    /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-](0\d|1[0-5]):\d{2})$/,
    'needs seconds, at most nine fractional digits, a year from 0001 on and an offset of less than 16 hours',
  )
  .meta({ title: 'moment' })

/** How far the clock of whoever tells of something may be ahead of ours. */
const MAX_AHEAD_MS = 86_400_000

/**
 * When something happened: no more than a day ahead of the clock. The latest moment wins wherever states follow events, and a
 * later one would shut out everything that truly happens until then.
 */
export const pastMoment = moment
  .refine((it) => Date.parse(it) <= Date.now() + MAX_AHEAD_MS, 'is more than a day ahead')
  .meta({ title: 'moment' })

/** A moment as we write it into an envelope: UTC with exactly six fractional digits. */
export const writtenMoment = z.iso.datetime({ precision: 6 })

/** A whole number that Postgres holds in an `integer`. */
export const count = z.int().min(0).max(2_147_483_647)

/** A web address that can stand in a page or a column as it is. */
export const webUrl = (protocol: RegExp) =>
  z
    .url({ protocol })
    .max(2_000)
    .refine((url) => !/[\p{Cc}\p{Cs}\p{White_Space}]/u.test(url), 'Holds white space or a control character')
