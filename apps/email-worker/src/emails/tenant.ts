import { cutText, readAddress, showLine, showText } from '@coursewire/events'
import { z } from 'zod'
import { dropTurns } from './direction.ts'

const MAX_NAME_LENGTH = 60
const MAX_ADDRESS_LENGTH = 500

const color = z.string().regex(/^#[\da-f]{6}$/i)

/** How a tenant's mails look and who sends them. What a mail cannot use counts as not chosen, because no mail should wait for it. */
export const tenant = z.object({
  name: z
    .string()
    .transform((name) => cutText(dropTurns(showLine(name)), MAX_NAME_LENGTH))
    .pipe(z.string().min(1))
    .catch('Coursewire'),
  /** Readers who have chosen no language read this one. */
  locale: z.string().nullable().catch(null),
  timeZone: z.string().refine(isTimeZone).catch('UTC'),
  colors: z.object({ accent: color, onAccent: color }).nullable().catch(null),
  logoUrl: z
    .url({ protocol: /^https$/ })
    .nullable()
    .catch(null),
  sender: z.string().nullable().catch(null),
  replyTo: z
    .string()
    .transform((address) => readAddress(address).address)
    .nullable()
    .catch(null),
  postalAddress: z
    .string()
    .transform((address) => cutText(dropTurns(showText(address)), MAX_ADDRESS_LENGTH))
    .nullable()
    .catch(null),
})

export type Tenant = z.output<typeof tenant>

/** The product itself, for a tenant that enrollment-api does not know (yet). */
export const product: Tenant = tenant.parse({})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
