import { z } from 'zod'

/** An opaque id that can stand in an address: the two dot segments would be resolved away there. */
export const id = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u, 'is not an id')

/** An id that ends up in a token. */
export const plainId = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1–128 of A–Z a–z 0–9 . _ -')

export const email = z.email().max(254).toLowerCase()
