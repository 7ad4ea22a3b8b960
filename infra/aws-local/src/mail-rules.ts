import { QueryError } from './query.ts'

interface Attachment {
  name: string | null
  type: string
  base64: string
}

/** The parts of a mail, however it was sent. */
export interface MailContent {
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo: string[]
  subject: string
  html: string | null
  text: string | null
  /** The other headers of a raw mail. */
  headers: { name: string; value: string }[]
  attachments: Attachment[]
}

const MAX_RECIPIENTS = 50
const MAX_ADDRESS_LENGTH = 320
const MAX_SIZE_BYTES = 10 * 1024 * 1024

const mailbox = /^[\w!#$%&'*+/=?^`{|}~.-]+@[a-z\d-]+(\.[a-z\d-]+)*$/i
const named = /^(?:"[^"\\]*"|[^"\\<>,;:@()[\]]*)\s*<([^<>]+)>$/

export const toBareAddress = (value: string) => named.exec(value)?.[1] ?? value

/** Refuses what SES refuses. `recipients` are those whom the mail goes to. */
export function checkMail(
  { from, replyTo, subject, html, text }: MailContent,
  recipients: string[],
  bytes: number,
): void {
  const sender = checkAddress(from)
  // Nobody can own a domain under .invalid (RFC 2606), so it cannot be verified.
  if (/[@.]invalid$/i.test(sender)) throw new QueryError(400, 'MessageRejected', 'Email address is not verified.')
  for (const address of [...recipients, ...replyTo]) checkAddress(address)
  if (recipients.length === 0) throw invalid("Missing required header 'To'.")
  if (recipients.length > MAX_RECIPIENTS) throw invalid(`Recipient count exceeds ${MAX_RECIPIENTS}.`)
  // oxlint-disable-next-line no-control-regex -- refuses control characters
  if (/[\x00-\x1f\x7f]/.test(subject)) throw invalid('Subject contains control characters.')
  if (!html && !text) throw invalid('Message body is empty.')
  if (bytes > MAX_SIZE_BYTES) throw invalid(`Message length is more than ${MAX_SIZE_BYTES} bytes long.`)
}

function checkAddress(value: string): string {
  const address = toBareAddress(value)
  if (!/^[ -~]*$/.test(address)) throw invalid('Address contains control or non-ASCII characters.')
  if (value.length > MAX_ADDRESS_LENGTH) throw invalid(`Address is longer than ${MAX_ADDRESS_LENGTH} characters.`)
  if (!address.includes('@')) throw invalid("Missing final '@domain'")
  if (!mailbox.test(address)) throw invalid('Illegal address')
  return address
}

export function invalid(message: string): QueryError {
  return new QueryError(400, 'InvalidParameterValue', message)
}
