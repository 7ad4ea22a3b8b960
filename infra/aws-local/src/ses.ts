import { randomUUID } from 'node:crypto'
import type { AcceptLog } from './accept-log.ts'
import type { Feedback } from './feedback.ts'
import { checkMail, invalid, type MailContent } from './mail-rules.ts'
import { type Action, QueryError, readItems, type Service } from './query.ts'
import type { Quota } from './quota.ts'
import { readRawMail } from './raw-mail.ts'

export interface Mail extends MailContent {
  id: string
  at: string
  tags: Record<string, string>
  configurationSetName: string | null
}

/** A configuration set, and the topic of its events. */
export interface ConfigurationSet {
  id: string
  topicArn: string | null
}

/** Accepts mail as the real SES does and keeps it for the inbox page. */
export function createSes(options: {
  mails: AcceptLog<Mail>
  configurationSets: AcceptLog<ConfigurationSet>
  quota: Quota
  feedback: Feedback
}): Service {
  const { mails, configurationSets, quota, feedback } = options

  async function accept(parameters: URLSearchParams, content: MailContent, recipients: string[], bytes: number) {
    const tags = readTags(parameters)
    checkMail(content, recipients, bytes)
    const configurationSetName = parameters.get('ConfigurationSetName')
    const set = configurationSetName === null ? null : await requireSet(configurationSetName)
    quota.take()
    const mail: Mail = {
      // Begins with the time, as in the real SES.
      id: `0107${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}-000000`,
      at: new Date().toISOString(),
      ...content,
      tags,
      configurationSetName,
    }
    await mails.append([mail])
    if (set?.topicArn) feedback.follow(mail, recipients, set.topicArn)
    return { MessageId: mail.id }
  }

  async function requireSet(name: string): Promise<ConfigurationSet> {
    const set = await configurationSets.find(name)
    if (!set) throw new QueryError(400, 'ConfigurationSetDoesNotExist', `Configuration set <${name}> does not exist.`)
    return set
  }

  async function sendEmail(parameters: URLSearchParams) {
    const content: MailContent = {
      from: requireParameter(parameters, 'Source'),
      to: readList(parameters, 'Destination.ToAddresses'),
      cc: readList(parameters, 'Destination.CcAddresses'),
      bcc: readList(parameters, 'Destination.BccAddresses'),
      replyTo: readList(parameters, 'ReplyToAddresses'),
      subject: requireParameter(parameters, 'Message.Subject.Data'),
      html: parameters.get('Message.Body.Html.Data'),
      text: parameters.get('Message.Body.Text.Data'),
      headers: [],
      attachments: [],
    }
    const { to, cc, bcc, subject, html, text } = content
    const bytes = Buffer.byteLength(subject + (html ?? '') + (text ?? ''))
    return accept(parameters, content, [...to, ...cc, ...bcc], bytes)
  }

  /** The destinations decide who gets the mail; without them its headers do. */
  async function sendRawEmail(parameters: URLSearchParams) {
    const raw = Buffer.from(requireParameter(parameters, 'RawMessage.Data'), 'base64')
    const content = await readRawMail(raw)
    const destinations = readList(parameters, 'Destinations')
    const recipients = destinations.length > 0 ? destinations : [...content.to, ...content.cc]
    const shown = new Set([...content.to, ...content.cc])
    return accept(
      parameters,
      { ...content, bcc: destinations.filter((address) => !shown.has(address)) },
      recipients,
      raw.length,
    )
  }

  async function createConfigurationSet(parameters: URLSearchParams) {
    const name = requireParameter(parameters, 'ConfigurationSet.Name')
    if (!/^[\w-]{1,64}$/.test(name)) throw new QueryError(400, 'InvalidConfigurationSet', 'Invalid name')
    if (configurationSets.has(name)) {
      throw new QueryError(400, 'ConfigurationSetAlreadyExists', `Configuration set <${name}> already exists.`)
    }
    await configurationSets.append([{ id: name, topicArn: null }])
    return {}
  }

  async function createEventDestination(parameters: URLSearchParams) {
    const { id } = await requireSet(requireParameter(parameters, 'ConfigurationSetName'))
    const topicArn = requireParameter(parameters, 'EventDestination.SNSDestination.TopicARN')
    await configurationSets.append([{ id, topicArn }])
    return {}
  }

  return {
    name: 'ses',
    namespace: 'http://ses.amazonaws.com/doc/2010-12-01/',
    throttling: new QueryError(400, 'Throttling', 'Maximum sending rate exceeded.'),
    failure: new QueryError(500, 'InternalFailure', 'An internal error occurred'),
    actions: new Map<string, Action>([
      ['SendEmail', sendEmail],
      ['SendRawEmail', sendRawEmail],
      ['GetSendQuota', () => Promise.resolve(quota.read())],
      ['CreateConfigurationSet', createConfigurationSet],
      ['CreateConfigurationSetEventDestination', createEventDestination],
    ]),
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

function readTags(parameters: URLSearchParams): Record<string, string> {
  const tags = readItems(parameters, 'Tags.member').map((item) => [item.get('Name') ?? '', item.get('Value') ?? ''])
  for (const word of tags.flat()) {
    if (!/^[\w-]{1,256}$/.test(word)) {
      throw invalid(`Invalid tag <${word}>: only alphanumeric ASCII characters, '_' and '-' are allowed.`)
    }
  }
  return Object.fromEntries(tags)
}
