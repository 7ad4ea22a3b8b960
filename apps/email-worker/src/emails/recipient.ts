import { cutText } from '@coursewire/events'

const MAX_ADDRESS_LENGTH = 254
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const plainAddress = new RegExp(
  `^(?=.{1,64}@)[\\w!#$%&'*+/=?^\`{|}~-]+(?:\\.[\\w!#$%&'*+/=?^\`{|}~-]+)*@(?:${label}\\.)+${label}$`,
  'i',
)
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/**
 * Why a mail address cannot be written to, or null. Stricter than the standard on purpose: one plain address, nothing that
 * different programs read as different recipients. Never quotes the address, which is not ours to keep.
 */
export function findAddressFault(address: string): string | null {
  if (unprintable.test(address)) return 'the address holds a control character'
  if (address.length > MAX_ADDRESS_LENGTH) return `the address is longer than ${MAX_ADDRESS_LENGTH} characters`
  if (!/^[ -~]*$/.test(address)) return 'the address holds characters outside ASCII'
  if (!plainAddress.test(address)) return 'the address is not one plain address'
  return null
}

/** Why a text cannot stand in a header or a greeting, or null. */
export function findTextFault(what: string, text: string): string | null {
  return unprintable.test(text) ? `${what} holds a control character` : null
}

const MAX_NAME_LENGTH = 60

/**
 * A name as it may stand in a mail. Anybody can sign up under any name, and a mail client makes links of what looks like
 * one: an invisible break behind each dot, colon, slash and at sign keeps `www.example.com` mere text.
 */
export function tameName(name: string): string {
  const visible = name.replace(/[\p{Bidi_Control}\u200b\u2060\ufeff]/gu, '').trim()
  return cutText(visible, MAX_NAME_LENGTH).replace(/[.:/@](?=\S)/g, '$&\u200b')
}
