import { randomUUID } from 'node:crypto'
import type { AcceptLog } from './accept-log.ts'
import { type Action, QueryError, readItems, type Service } from './query.ts'
import type { SignatureVersion } from './signer.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface Topic {
  /** The topic's ARN. */
  id: string
  at: string
  signatureVersion: SignatureVersion
}

export interface PublishedMessage {
  id: string
  at: string
  topicArn: string
  subject: string | null
  message: string
  /** In the form in which SNS delivers them. A Binary value is base64. */
  messageAttributes: Record<string, { type: string; value: string }>
}

const MAX_BATCH_ENTRIES = 10
const MAX_SIZE_BYTES = 256 * 1024

/** Keeps topics and every message published to them, and delivers these to the subscribers, as SNS does. */
export function createSns(
  topics: AcceptLog<Topic>,
  published: AcceptLog<PublishedMessage>,
  subscriptions: Subscriptions,
): Service {
  function requireTopic(parameters: URLSearchParams): string {
    const topicArn = parameters.get('TopicArn')
    if (!topicArn) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter')
    if (!topics.has(topicArn)) throw new QueryError(404, 'NotFound', 'Topic does not exist')
    return topicArn
  }

  async function createTopic(parameters: URLSearchParams, region: string) {
    const name = parameters.get('Name') ?? ''
    if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name')
    const id = `arn:aws:sns:${region}:000000000000:${name}`
    if (!topics.has(id)) await topics.append([{ id, at: new Date().toISOString(), signatureVersion: '1' }])
    return { TopicArn: id }
  }

  async function setTopicAttributes(parameters: URLSearchParams) {
    const id = requireTopic(parameters)
    const signatureVersion = parameters.get('AttributeValue')
    if (parameters.get('AttributeName') !== 'SignatureVersion') throw invalidParameter('AttributeName')
    if (signatureVersion !== '1' && signatureVersion !== '2') throw invalidParameter('SignatureVersion')
    await topics.append([{ id, at: new Date().toISOString(), signatureVersion }])
    return {}
  }

  async function subscribe(parameters: URLSearchParams) {
    const topicArn = requireTopic(parameters)
    const endpoint = parameters.get('Endpoint') ?? ''
    if (!/^https?$/.test(parameters.get('Protocol') ?? ''))
      throw invalidParameter('Protocol: only http and https are here')
    if (!URL.canParse(endpoint)) throw invalidParameter('Endpoint')
    const { id, isConfirmed } = await subscriptions.add(topicArn, endpoint)
    const tellsArn = isConfirmed || parameters.get('ReturnSubscriptionArn') === 'true'
    return { SubscriptionArn: tellsArn ? id : 'pending confirmation' }
  }

  async function confirmSubscription(parameters: URLSearchParams) {
    const arn = await subscriptions.confirm(requireTopic(parameters), parameters.get('Token') ?? '')
    if (!arn) throw invalidParameter('Token')
    return { SubscriptionArn: arn }
  }

  async function publish(parameters: URLSearchParams) {
    const message = readMessage(parameters, requireTopic(parameters))
    if (measureBytes(message) > MAX_SIZE_BYTES) throw invalidParameter('Message too long')
    await published.append([message])
    await subscriptions.publish(message)
    return { MessageId: message.id }
  }

  async function publishBatch(parameters: URLSearchParams) {
    const topicArn = requireTopic(parameters)
    const entries = readItems(parameters, 'PublishBatchRequestEntries.member')
    checkBatch(entries.map((entry) => entry.get('Id') ?? ''))

    const accepted: { Id: string; message: PublishedMessage }[] = []
    const failed: { Id: string; Code: string; Message: string; SenderFault: string }[] = []
    for (const entry of entries) {
      const Id = entry.get('Id') ?? ''
      try {
        accepted.push({ Id, message: readMessage(entry, topicArn) })
      } catch (error) {
        if (!(error instanceof QueryError)) throw error
        failed.push({ Id, Code: error.code, Message: error.message, SenderFault: 'true' })
      }
    }
    const sizeBytes = accepted.reduce((sum, { message }) => sum + measureBytes(message), 0)
    if (sizeBytes > MAX_SIZE_BYTES) {
      throw new QueryError(400, 'BatchRequestTooLong', `Batch requests cannot be longer than ${MAX_SIZE_BYTES} bytes.`)
    }
    await published.append(accepted.map(({ message }) => message))
    for (const { message } of accepted) await subscriptions.publish(message)
    return { Successful: accepted.map(({ Id, message }) => ({ Id, MessageId: message.id })), Failed: failed }
  }

  return {
    name: 'sns',
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    throttling: new QueryError(400, 'Throttling', 'Rate exceeded'),
    failure: new QueryError(500, 'InternalError', 'An internal error occurred'),
    actions: new Map<string, Action>([
      ['CreateTopic', createTopic],
      ['SetTopicAttributes', setTopicAttributes],
      ['Subscribe', subscribe],
      ['ConfirmSubscription', confirmSubscription],
      ['Publish', publish],
      ['PublishBatch', publishBatch],
    ]),
  }
}

function readMessage(parameters: URLSearchParams, topicArn: string): PublishedMessage {
  const message = parameters.get('Message')
  if (!message) throw invalidParameter('Empty message')
  const subject = parameters.get('Subject')
  if (subject !== null && !/^[!-~][ -~]{0,99}$/.test(subject)) throw invalidParameter('Subject')

  const attributes = readItems(parameters, 'MessageAttributes.entry').map((entry) => {
    const name = entry.get('Name') ?? ''
    const type = entry.get('Value.DataType') ?? ''
    const value = entry.get(type.startsWith('Binary') ? 'Value.BinaryValue' : 'Value.StringValue')
    if (!/^[\w.-]{1,256}$/.test(name) || !/^(String|Number|Binary)(\.|$)/.test(type) || !value) {
      throw new QueryError(400, 'ParameterValueInvalid', `The message attribute '${name}' is not valid.`)
    }
    return [name, { type, value }]
  })
  return buildMessage(topicArn, subject, message, Object.fromEntries(attributes))
}

export function buildMessage(
  topicArn: string,
  subject: string | null,
  message: string,
  messageAttributes: PublishedMessage['messageAttributes'] = {},
): PublishedMessage {
  return { id: randomUUID(), at: new Date().toISOString(), topicArn, subject, message, messageAttributes }
}

function checkBatch(ids: string[]): void {
  const refuse = (code: string, message: string) => new QueryError(400, code, message)
  if (ids.length === 0) throw refuse('EmptyBatchRequest', 'The batch request does not contain any entries.')
  if (ids.length > MAX_BATCH_ENTRIES) {
    throw refuse('TooManyEntriesInBatchRequest', `The batch request contains more than ${MAX_BATCH_ENTRIES} entries.`)
  }
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw refuse('InvalidBatchEntryId', 'An Id must have 1 to 80 letters, digits, hyphens and underscores.')
  }
  if (new Set(ids).size < ids.length) throw refuse('BatchEntryIdsNotDistinct', 'Two or more entries have the same Id.')
}

/** Measures the size as SNS does: attributes count, the subject does not. */
function measureBytes({ message, messageAttributes }: PublishedMessage): number {
  const attributes = Object.entries(messageAttributes).map(([name, { type, value }]) => name + type + value)
  return Buffer.byteLength(message + attributes.join(''))
}

function invalidParameter(reason: string): QueryError {
  return new QueryError(400, 'InvalidParameter', `Invalid parameter: ${reason}`)
}
