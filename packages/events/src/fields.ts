import { z } from 'zod'

/** An opaque identifier: 1–128 characters, none of them a control character or half a surrogate pair, which Postgres or a header could not hold. */
export const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds a control character or half a surrogate pair')
  .meta({ title: 'id' })

/** A moment as ISO 8601 with seconds, 0–9 fractional digits and an offset. Kept as text: a JavaScript date forgets microseconds. */
export const moment = z.iso
  .datetime({ offset: true })
  .regex(/:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/, 'needs seconds and at most nine fractional digits')
  .meta({ title: 'moment' })

/** A moment as we write it into an envelope: UTC with exactly six fractional digits. */
export const writtenMoment = z.iso.datetime({ precision: 6 })
