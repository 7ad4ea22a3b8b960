import { z } from 'zod'

/**
 * An opaque identifier: 1–128 characters that fit into Postgres, a header and a URL. So it has no control character and no unpaired
 * surrogate, and is neither of the two dot segments, which a URL would resolve away.
 */
export const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u, 'is a dot segment, or holds a control character or an unpaired surrogate')
  .meta({ title: 'id', description: '1–128 characters, none of them a control character; not a dot segment' })

/**
 * A moment in ISO 8601 with seconds, 0–9 fractional digits and an offset that Postgres knows. It stays text, because a JavaScript
 * date has no microseconds.
 */
export const moment = z.iso
  .datetime({ offset: true })
  .regex(
    /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-](0\d|1[0-5]):\d{2})$/,
    'needs seconds, at most nine fractional digits, a year from 0001 on and an offset of less than 16 hours',
  )
  .meta({ title: 'moment' })

/** How far a sender's clock may be ahead of ours. */
const MAX_AHEAD_MS = 86_400_000

/**
 * When something happened: at most a day ahead of our clock. Where events set a state, the latest moment wins, so a moment far in
 * the future would shut out everything that really happens until then.
 */
export const pastMoment = moment
  .refine((text) => Date.parse(text) <= Date.now() + MAX_AHEAD_MS, 'is more than a day in the future')
  .meta({ title: 'moment' })

/** A moment as we write it into an envelope: UTC with exactly six fractional digits. */
export const writtenMoment = z.iso.datetime({ precision: 6 })

/** A whole number that fits into a Postgres `integer`. */
export const count = z.int().min(0).max(2_147_483_647)

/** How much work a course is: an ISO 8601 duration. */
export const workload = z.iso.duration().max(40).meta({ description: 'An ISO 8601 duration, such as PT20H' })

/** The day on which a course starts. */
export const startDay = z.iso.date().meta({ description: 'A day, such as 2026-03-02' })

/** A URL that can be put into a page or a column without escaping. */
export const webUrl = (protocol: RegExp) =>
  z
    .url({ protocol })
    .max(2_000)
    .refine((url) => !/[\p{Cc}\p{Cs}\p{White_Space}]/u.test(url), 'Holds white space or a control character')
