import { z } from 'zod'

// RFC 5321, 4.5.3.1: a path has at most 256 octets, two of which are its brackets.
const MAX_LENGTH = 254
const MAX_WRITTEN_LENGTH = 1_000
const around =
  /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]+|[\p{White_Space}\p{Default_Ignorable_Code_Point}]+$/gu
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u

// A dot-atom (RFC 5322, 3.2.3) of at most 64 octets (RFC 5321, 4.5.3.1.1), at a host with a dot in its name (RFC 1123, 2.1).
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const plainAddress = new RegExp(`^(?=.{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?=[a-z])${label}$`)
// Excludes every character that ends the host of a URL.
const hostName = /^[\p{L}\p{M}\p{N}.。-]+$/u

/**
 * Returns a mail address in the form that we store and send to: trimmed, and with the ASCII form of its domain (UTS 46, which includes
 * NFC). The part before the @ stays as written, because only its host knows whether its case matters. If the text is not an address,
 * returns why. This is stricter than the standard on purpose: it accepts one plain address and nothing that two programs could read as
 * different recipients. The reason never quotes the address.
 */
export function readAddress(written: string): { address: string; fault: null } | { address: null; fault: string } {
  const refuse = (fault: string) => ({ address: null, fault })
  if (written.length > MAX_WRITTEN_LENGTH) return refuse(`the address is longer than ${MAX_LENGTH} characters`)
  const bare = written.replace(around, '')
  if (unprintable.test(bare)) return refuse('the address holds a control character')

  const at = bare.lastIndexOf('@') + 1
  const domain = toAscii(bare.slice(at))
  if (domain === null) return refuse('the address is not one plain address')
  const address = bare.slice(0, at) + domain.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (address.length > MAX_LENGTH) return refuse(`the address is longer than ${MAX_LENGTH} characters`)
  if (!/^[ -~]*$/.test(address)) return refuse('the address holds characters outside ASCII')
  if (!plainAddress.test(address)) return refuse('the address is not one plain address')
  return { address, fault: null }
}

/**
 * Returns the form in which addresses are compared, because in practice no host gives two people addresses that differ only in case.
 * Never write to this form.
 */
export function toAddressKey(address: string): string {
  return address.toLowerCase()
}

/** Returns null if the text is not a host name. */
function toAscii(domain: string): string | null {
  if (/^[ -~]*$/.test(domain)) return domain
  const url = `http://${domain}`
  return hostName.test(domain) && URL.canParse(url) ? new URL(url).hostname : null
}

/** A schema for mail addresses. It returns them in the form of {@link readAddress}. */
export const emailAddress = z
  .string()
  .transform((written, context) => {
    const { address, fault } = readAddress(written)
    if (address !== null) return address
    context.addIssue({ code: 'custom', message: fault[0]?.toUpperCase() + fault.slice(1) })
    return z.NEVER
  })
  .meta({ maxLength: MAX_LENGTH, format: 'email' })

/** A schema for `From` addresses: `hello@example.com` or `Coursewire <hello@example.com>`. The name needs no quotes, so a comma separates senders. */
export const mailSender = z.string().transform((written, context) => {
  const [, name = '', address = written] = /^([\w .-]+ )<([^<>]*)>$/.exec(written) ?? []
  const read = readAddress(address)
  if (read.address !== null) return `${name}${name === '' ? read.address : `<${read.address}>`}`
  context.addIssue(read.fault)
  return z.NEVER
})
