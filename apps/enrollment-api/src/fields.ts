import { emailAddress } from '@coursewire/events'
import { z } from 'zod'

/** An id that ends up in a token. */
export const plainId = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1–128 of A–Z a–z 0–9 . _ -')

/** An address to sign in with, also where the account was made when the rule let more pass. */
export const signInAddress = z.union([emailAddress, z.email().max(254).toLowerCase()])

export const MAX_SECRET_LENGTH = 1_024

/** A new password or secret, of characters that can all be typed and sent: JSON over HTTP takes no NUL. */
export const newSecret = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(MAX_SECRET_LENGTH)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'holds a control character')
