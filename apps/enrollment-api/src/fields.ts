import {
  canonicalizeLanguage,
  countCharacters,
  emailAddress,
  languages,
  languageTag,
  toAddressKey,
} from '@coursewire/events'
import { z } from 'zod'
import { isCommonPassword } from './accounts/common-passwords.ts'

/** A moment in an answer. */
export const moment = z.string().meta({ format: 'date-time' })

/**
 * A language that there are words for, in any country. For operators: people may ask for any language, and get English until there are
 * words for theirs.
 */
export const writtenLanguage = languageTag.refine(
  (tag) => canonicalizeLanguage(tag) === null || languages.some((written) => written === new Intl.Locale(tag).language),
  `There are words for these languages only: ${languages.join(', ')}`,
)

/** An id that is written into tokens. */
export const plainId = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1–128 of A–Z a–z 0–9 . _ -')

/**
 * An address to sign in with. Returns the form in which addresses are compared. Also accepts addresses of accounts from before the rules
 * were stricter.
 */
export const signInAddress = z.union([emailAddress, z.email().max(254)]).transform(toAddressKey)

export const MAX_SECRET_LENGTH = 1_024

const unsendable = /[\p{Cc}\p{Cs}]/u

/** The secret of a new service client. All its characters can be typed and sent; our JSON bodies accept no NUL, for example. */
export const newSecret = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(MAX_SECRET_LENGTH)
  .refine((secret) => !unsendable.test(secret), 'holds a control character')

/**
 * A password that somebody chooses; returns it in NFC. There are no rules about digits or capitals, because people meet them in ways that
 * guessing programs know (NIST SP 800-63B, section 3.1.1.2).
 */
export const newPassword = z
  .string()
  .check((context) => {
    const password = context.value.normalize('NFC')
    context.value = password
    const refuse = (message: string) => void context.issues.push({ code: 'custom', input: password, message })
    const length = countCharacters(password)
    if (length < 8 || length > 128) refuse('Must have 8 to 128 characters')
    if (unsendable.test(password)) refuse('Holds a control character')
    if (isCommonPassword(password)) refuse('Is one of the passwords that are guessed first')
  })
  .meta({ minLength: 8, maxLength: 128, description: 'Any 8 to 128 characters but a password that many people use' })
