import { randomUUID } from 'node:crypto'
import type { AcceptLog } from './accept-log.ts'
import { QueryError, readItems, type Service } from './query.ts'

export interface Mail {
  id: string
  at: string
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo: string[]
  subject: string
  html: string | null
  text: string | null
  tags: Record<string, string>
  configurationSetName: string | null
}

const MAX_RECIPIENTS = 50
const MAX_ADDRESS_LENGTH = 320
const MAX_SIZE_BYTES = 10 * 1024 * 1024

const mailbox = /^[\w!#$%&'*+/=?^`{|}~.-]+@[a-z\d-]+(\.[a-z\d-]+)*$/i
const named = /^(?:"[^"\\]*"|[^"\\<>,;:@()[\]]*)\s*<([^<>]+)>$/

/** Accepts mail as the real SES does and keeps it for the inbox page. */
export function createSes(mails: AcceptLog<Mail>): Service {
  async function sendEmail(parameters: URLSearchParams) {
    const mail = readMail(parameters)
    await mails.append([mail])
    return { MessageId: mail.id }
  }

  return {
    name: 'ses',
    namespace: 'http://ses.amazonaws.com/doc/2010-12-01/',
    throttling: new QueryError(400, 'Throttling', 'Maximum sending rate exceeded.'),
    failure: new QueryError(500, 'InternalFailure', 'An internal error occurred'),
    actions: new Map([['SendEmail', sendEmail]]),
  }
}

function readMail(parameters: URLSearchParams): Mail {
  const from = requireParameter(parameters, 'Source')
  const subject = requireParameter(parameters, 'Message.Subject.Data')
  const html = parameters.get('Message.Body.Html.Data')
  const text = parameters.get('Message.Body.Text.Data')
  const [to, cc, bcc, replyTo] = [
    readList(parameters, 'Destination.ToAddresses'),
    readList(parameters, 'Destination.CcAddresses'),
    readList(parameters, 'Destination.BccAddresses'),
    readList(parameters, 'ReplyToAddresses'),
  ]

  const domain = checkAddress(from)
  // Nobody can own a domain under .invalid (RFC 2606), so it cannot be verified.
  if (/(^|\.)invalid$/i.test(domain)) throw new QueryError(400, 'MessageRejected', 'Email address is not verified.')
  const recipients = [...to, ...cc, ...bcc]
  for (const address of [...recipients, ...replyTo]) checkAddress(address)
  if (recipients.length === 0) throw invalid("Missing required header 'To'.")
  if (recipients.length > MAX_RECIPIENTS) throw invalid(`Recipient count exceeds ${MAX_RECIPIENTS}.`)
  // oxlint-disable-next-line no-control-regex -- refuses control characters
  if (/[\x00-\x1f\x7f]/.test(subject)) throw invalid('Subject contains control characters.')
  if (!html && !text) throw invalid('Message body is empty.')
  if (Buffer.byteLength(subject + (html ?? '') + (text ?? '')) > MAX_SIZE_BYTES) {
    throw invalid(`Message length is more than ${MAX_SIZE_BYTES} bytes long.`)
  }

  return {
    // Begins with the time, as in the real SES.
    id: `0107${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}-000000`,
    at: new Date().toISOString(),
    from,
    to,
    cc,
    bcc,
    replyTo,
    subject,
    html,
    text,
    tags: readTags(parameters),
    configurationSetName: parameters.get('ConfigurationSetName'),
  }
}

function readList(parameters: URLSearchParams, name: string): string[] {
  return readItems(parameters, `${name}.member`).map((item) => item.get('') ?? '')
}

function requireParameter(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name)
  if (value === null) {
    throw new QueryError(400, 'ValidationError', `1 validation error detected: Value at '${name}' must not be null`)
  }
  return value
}

/** Returns the domain. */
function checkAddress(value: string): string {
  const address = named.exec(value)?.[1] ?? value
  if (!/^[ -~]*$/.test(value)) throw invalid('Address contains control or non-ASCII characters.')
  if (value.length > MAX_ADDRESS_LENGTH) throw invalid(`Address is longer than ${MAX_ADDRESS_LENGTH} characters.`)
  if (!address.includes('@')) throw invalid("Missing final '@domain'")
  if (!mailbox.test(address)) throw invalid('Illegal address')
  return address.slice(address.indexOf('@') + 1)
}

function readTags(parameters: URLSearchParams): Record<string, string> {
  const tags = readItems(parameters, 'Tags.member').map((item) => [item.get('Name') ?? '', item.get('Value') ?? ''])
  for (const word of tags.flat()) {
    if (!/^[\w-]{1,256}$/.test(word)) {
      throw invalid(`Invalid tag <${word}>: only alphanumeric ASCII characters, '_' and '-' are allowed.`)
    }
  }
  return Object.fromEntries(tags)
}

function invalid(message: string): QueryError {
  return new QueryError(400, 'InvalidParameterValue', message)
}
