import { emailAddress, toAddressKey } from '@coursewire/events'
import { z } from 'zod'

/** An id that is written into tokens. */
export const plainId = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1–128 of A–Z a–z 0–9 . _ -')

/**
 * An address to sign in with. Returns the form in which addresses are compared. Also accepts addresses of accounts from before the rules
 * were stricter.
 */
export const signInAddress = z.union([emailAddress, z.email().max(254)]).transform(toAddressKey)

export const MAX_SECRET_LENGTH = 1_024

/** A new password or secret. All its characters can be typed and sent; our JSON bodies accept no NUL, for example. */
export const newSecret = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(MAX_SECRET_LENGTH)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'holds a control character')
