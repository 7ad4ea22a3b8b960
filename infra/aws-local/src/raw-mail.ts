import PostalMime, { type Address } from 'postal-mime'
import { invalid, type MailContent } from './mail-rules.ts'

const MAX_LINE_LENGTH = 998
const own = ['from', 'to', 'cc', 'reply-to', 'subject', 'message-id', 'date', 'mime-version', 'content-type']

/**
 * Reads a MIME message. Refuses a header that may stand only once and stands twice, a line that is too long, and bytes that are not ASCII:
 * mail servers on the way refuse or change them.
 */
export async function readRawMail(raw: Buffer): Promise<MailContent> {
  checkLines(raw.toString('latin1'))
  const email = await PostalMime.parse(raw, { attachmentEncoding: 'base64' })
  const names = email.headers.map(({ key }) => key)
  const repeated = own.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (repeated) throw invalid(`Duplicate header '${repeated}'.`)
  if (!email.from) throw invalid("Missing required header 'From'.")
  return {
    from: writeAddress(email.from),
    to: (email.to ?? []).map(writeAddress),
    cc: (email.cc ?? []).map(writeAddress),
    bcc: [],
    replyTo: (email.replyTo ?? []).map(writeAddress),
    subject: email.subject ?? '',
    html: readText(email.html),
    text: readText(email.text),
    headers: email.headers
      .filter(({ key }) => !own.includes(key))
      .map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: email.attachments.map(({ filename, mimeType, content }) => ({
      name: filename,
      type: mimeType,
      base64: content as string,
    })),
  }
}

/** The parser ends every text with a newline. */
const readText = (text: string | undefined) => text?.replace(/\n$/, '') ?? null

function checkLines(text: string): void {
  // oxlint-disable-next-line no-control-regex -- refuses all but ASCII
  if (/[^\x00-\x7f]/.test(text)) throw invalid('Message contains characters that are not ASCII.')
  for (const line of text.split('\r\n')) {
    if (line.length > MAX_LINE_LENGTH) throw invalid(`Line is longer than ${MAX_LINE_LENGTH} characters.`)
    if (/[\r\n]/.test(line)) throw invalid('Message contains bare newlines.')
  }
}

function writeAddress({ name, address = '' }: Address): string {
  if (!name) return address
  return /^[\w ]*$/.test(name) ? `${name} <${address}>` : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`
}
