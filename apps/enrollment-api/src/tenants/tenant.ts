import { emailAddress, languageTag, line, mailSender, text, webUrl } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { z } from 'zod'

/** For text of any size (WCAG 2.2, success criterion 1.4.3). */
const MIN_CONTRAST = 4.5

const color = z
  .string()
  .regex(/^#[\dA-Fa-f]{6}$/, 'must be a colour such as #0a5c36')
  .toLowerCase()

/** The colour of buttons, and the colour of the text on them. */
export const tenantColors = z
  .strictObject({ accent: color, onAccent: color })
  .refine(({ accent, onAccent }) => contrastOf(accent, onAccent) >= MIN_CONTRAST, {
    error: `Text in onAccent is hard to read on accent: the contrast is below ${MIN_CONTRAST}`,
  })

/** Stays as written: of several names for one zone, Intl prefers old ones that other programs may lack. */
const timeZone = z.string().min(1).max(64).refine(isTimeZone, 'Not a known time zone')

/** The public face of a tenant. A null means that the product's own is used, or nothing. */
export const tenantFields = {
  name: line(1, 200),
  timeZone,
  locale: languageTag,
  colors: tenantColors.nullable(),
  logoUrl: webUrl(/^https$/).nullable(),
  sender: mailSender.nullable(),
  replyTo: emailAddress.nullable(),
  postalAddress: text(1, 500).nullable(),
}
const settings = z.object(tenantFields)
export type TenantSettings = z.output<typeof settings>
export type Tenant = TenantSettings & { id: string; updatedAt: string }

/** A tenant that chooses nothing. */
export function buildSettings(name: string): TenantSettings {
  const unset = { colors: null, logoUrl: null, sender: null, replyTo: null, postalAddress: null }
  return { name, timeZone: 'UTC', locale: 'en', ...unset }
}

/** Refuses a sender that is not one of `EMAIL_SENDERS`: whoever may send for one tenant must not send in the name of any other. */
export function assertSenderAllowed({ sender }: Pick<TenantSettings, 'sender'>, allowed: readonly string[]): void {
  if (sender === null || allowed.includes(sender)) return
  throw new AppError('invalid', 'sender.not-allowed', 'The sender is not one of EMAIL_SENDERS')
}

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2). */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminanceOf(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

/** An offset such as +01:00 is no time zone, because it knows no summer. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
