import { cutText, readAddress, showLine } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'

const MAX_NAME_LENGTH = 60

/**
 * Makes a name safe for a mail. Anybody can sign up under any name, and mail clients turn everything that looks like a link into
 * one. An invisible break after each dot, colon, slash and at sign keeps `www.example.com` plain text.
 */
export function tameName(name: string): string {
  const visible = showLine(name)
    .replace(/[\p{Bidi_Control}\u200b\u2060\ufeff]/gu, '')
    .trim()
  return cutText(visible, MAX_NAME_LENGTH).replace(/[.:/@](?=\S)/g, '$&\u200b')
}

/** Returns the address in the form in which it is sent to. Throws an `invalid` AppError, which does not quote it. */
export function getAddress(written: string): string {
  const { address, fault } = readAddress(written)
  if (address === null) throw new AppError('invalid', 'recipient.invalid', fault)
  return address
}
