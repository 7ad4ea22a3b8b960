import { z } from 'zod'

// RFC 5321, 4.5.3.1: of the 256 octets of a path two are its brackets.
const MAX_LENGTH = 254
const MAX_WRITTEN_LENGTH = 1_000
const around =
  /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]+|[\p{White_Space}\p{Default_Ignorable_Code_Point}]+$/gu
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u

// A dot-atom (RFC 5322, 3.2.3) of at most 64 octets (RFC 5321, 4.5.3.1.1), at a host with a dot in its name (RFC 1123, 2.1).
const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const plainAddress = new RegExp(`^(?=.{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?=[a-z])${label}$`)
// Nothing that ends the host of a URL.
const hostName = /^[\p{L}\p{M}\p{N}.。-]+$/u

/**
 * A mail address in the one form that is kept, compared and written to: lower case, without what stands around it, and with
 * the ASCII form of its domain (UTS 46); or why it is none. Stricter than the standard on purpose: one plain address, nothing
 * that different programs read as different recipients. The reason never quotes the address.
 */
export function readAddress(written: string): { address: string; fault: null } | { address: null; fault: string } {
  const refuse = (fault: string) => ({ address: null, fault })
  if (written.length > MAX_WRITTEN_LENGTH) return refuse(`the address is longer than ${MAX_LENGTH} characters`)
  const bare = written.replace(around, '')
  if (unprintable.test(bare)) return refuse('the address holds a control character')

  const at = bare.lastIndexOf('@') + 1
  const domain = toAscii(bare.slice(at))
  if (domain === null) return refuse('the address is not one plain address')
  const address = (bare.slice(0, at) + domain).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (address.length > MAX_LENGTH) return refuse(`the address is longer than ${MAX_LENGTH} characters`)
  if (!/^[ -~]*$/.test(address)) return refuse('the address holds characters outside ASCII')
  if (!plainAddress.test(address)) return refuse('the address is not one plain address')
  return { address, fault: null }
}

/** Null for what is no name of a host. */
function toAscii(domain: string): string | null {
  if (/^[ -~]*$/.test(domain)) return domain
  const url = `http://${domain}`
  return hostName.test(domain) && URL.canParse(url) ? new URL(url).hostname : null
}

/** A schema of mail addresses, which it brings into the form of {@link readAddress}. */
export const emailAddress = z
  .string()
  .transform((written, context) => {
    const { address, fault } = readAddress(written)
    if (address !== null) return address
    context.addIssue({ code: 'custom', message: fault[0]?.toUpperCase() + fault.slice(1) })
    return z.NEVER
  })
  .meta({ maxLength: MAX_LENGTH, format: 'email' })
