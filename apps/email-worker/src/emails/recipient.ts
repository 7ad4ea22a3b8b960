import { cutText, readAddress, showLine, splitAtLinks } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'

const MAX_NAME_LENGTH = 60

/** Makes a name safe for a mail. Anybody can sign up under any name. */
export function tameName(name: string): string {
  const visible = showLine(name)
    .replace(/[\p{Bidi_Control}\u200b\u2060\ufeff]/gu, '')
    .trim()
  return tame(cutText(visible, MAX_NAME_LENGTH))
}

/**
 * Mail clients turn everything that looks like a link into one. An invisible break after each dot, colon, slash and at sign keeps
 * `www.example.com` plain text.
 */
function tame(text: string): string {
  return text.replace(/[.:/@](?=\S)/g, '$&\u200b')
}

/** Leaves the https links of a text, and keeps everything else from being one. */
export function tameText(text: string): string {
  return splitAtLinks(text)
    .map((part) => (part.isLink && isHttps(part.text) ? part.text : tame(part.text)))
    .join('')
}

const isHttps = (url: string) => /^https:/i.test(url) && URL.canParse(url)

/** Returns the address in the form in which it is sent to. Throws an `invalid` AppError, which does not quote it. */
export function getAddress(written: string): string {
  const { address, fault } = readAddress(written)
  if (address === null) throw new AppError('invalid', 'recipient.invalid', fault)
  return address
}
