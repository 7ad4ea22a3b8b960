import { CreateConfigurationSetCommand, type SendEmailCommandInput } from '@aws-sdk/client-ses'
import { expect, test } from 'vitest'
import { start } from './started.ts'

test('a sent mail is kept with all its fields', async () => {
  const aws = await start()
  await aws.ses.send(new CreateConfigurationSetCommand({ ConfigurationSet: { Name: 'transactional' } }))

  const id = await aws.sendMail({
    Destination: {
      ToAddresses: ['"Weber, Anna" <anna@example.com>'],
      CcAddresses: ['c@example.com'],
      BccAddresses: [],
    },
    ReplyToAddresses: ['help@coursewire.example'],
    Message: { Subject: { Data: 'Grüße & mehr' }, Body: { Html: { Data: '<b>ü</b>' }, Text: { Data: 'ü\n+1' } } },
    Tags: [
      { Name: 'send_id', Value: 's-1' },
      { Name: 'attempt', Value: '1' },
    ],
    ConfigurationSetName: 'transactional',
  })

  expect(await aws.readInbox()).toEqual([
    {
      id,
      at: expect.stringMatching(/Z$/),
      from: 'Coursewire <hello@coursewire.example>',
      to: ['"Weber, Anna" <anna@example.com>'],
      cc: ['c@example.com'],
      bcc: [],
      replyTo: ['help@coursewire.example'],
      subject: 'Grüße & mehr',
      html: '<b>ü</b>',
      text: 'ü\n+1',
      headers: [],
      attachments: [],
      tags: { send_id: 's-1', attempt: '1' },
      configurationSetName: 'transactional',
    },
  ])
})

const to = (...ToAddresses: string[]) => ({ Destination: { ToAddresses } })

test.each<[string, Partial<SendEmailCommandInput>, string]>([
  ['no recipient', to(), 'InvalidParameterValue'],
  ['more than 50 recipients', to(...Array(51).fill('a@example.com')), 'InvalidParameterValue'],
  ['an address without a domain', to('anna'), 'InvalidParameterValue'],
  ['two addresses in one', to('a@example.com,b@example.com'), 'InvalidParameterValue'],
  ['an address with a line break', to('a@example.com\nBcc: b@example.com'), 'InvalidParameterValue'],
  ['a domain that is not in Punycode', to('a@bücher.example'), 'InvalidParameterValue'],
  ['an address that is too long', to(`${'a'.repeat(320)}@example.com`), 'InvalidParameterValue'],
  ['an unverified sender', { Source: 'a@coursewire.invalid' }, 'MessageRejected'],
  ['an unknown configuration set', { ConfigurationSetName: 'other' }, 'ConfigurationSetDoesNotExist'],
  ['a tag with a dot', { Tags: [{ Name: 'a', Value: 'b.c' }] }, 'InvalidParameterValue'],
  [
    'a subject with a line break',
    { Message: { Subject: { Data: 'a\r\nBcc: b@example.com' }, Body: { Text: { Data: 't' } } } },
    'InvalidParameterValue',
  ],
  ['an empty body', { Message: { Subject: { Data: 's' }, Body: {} } }, 'InvalidParameterValue'],
  [
    'more than 10 MiB',
    { Message: { Subject: { Data: 's' }, Body: { Text: { Data: 'x'.repeat(10 * 1024 * 1024) } } } },
    'InvalidParameterValue',
  ],
])('%s is refused', async (_case, changes, Code) => {
  const aws = await start()

  await expect(aws.sendMail(changes)).rejects.toMatchObject({ Code, $metadata: { httpStatusCode: 400 } })
  expect(await aws.readInbox()).toEqual([])
})

test('a call without an action, or with one of another service, is refused in XML', async () => {
  const aws = await start()

  const response = await fetch(aws.url, {
    method: 'POST',
    body: new URLSearchParams({ Action: '<Publish>', Version: '2010-12-01' }),
  })

  expect(response.status).toBe(400)
  expect(response.headers.get('content-type')).toMatch(/^text\/xml/)
  expect(await response.text()).toBe(
    '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code>' +
      '<Message>Could not find operation &lt;Publish&gt; for version 2010-12-01</Message></Error>' +
      `<RequestId>${response.headers.get('x-amzn-requestid')}</RequestId></ErrorResponse>`,
  )
})

test('a form with a repeated name is refused, because it may be two requests glued together', async () => {
  const aws = await start()
  const mail = 'Source=a%40example.com&Destination.ToAddresses.member.1=b%40example.com&Message.Subject.Data=s'

  const response = await fetch(aws.url, {
    method: 'POST',
    body: new URLSearchParams(`Action=SendEmail&Version=2010-12-01&${mail}&${mail}&Message.Body.Text.Data=t`),
  })

  expect(response.status).toBe(400)
  expect(await response.text()).toContain('<Code>MalformedInput</Code><Message>The parameter Source is repeated')
  expect(await aws.readInbox()).toEqual([])
})

test.each([
  ['a body beyond every limit', 'application/x-www-form-urlencoded', 'x'.repeat(33 * 1024 * 1024), 413],
  ['a body that is not a form', 'application/json', '{}', 415],
])('%s is refused in XML', async (_case, contentType, body, status) => {
  const aws = await start()

  const response = await fetch(aws.url, { method: 'POST', headers: { 'content-type': contentType }, body })

  expect(response.status).toBe(status)
  expect(await response.text()).toContain('<Type>Sender</Type>')
})

test('the inbox can be read from an index, from the newest mails, and with a limit', async () => {
  const aws = await start()
  const ids = [await aws.sendMail(), await aws.sendMail(), await aws.sendMail()]
  const read = async (from: string) => {
    const response = await fetch(`${aws.url}/_inbox?from=${from}`)
    return { status: response.status, total: response.headers.get('x-total-count'), text: await response.text() }
  }
  const idsOf = ({ text }: { text: string }) => JSON.parse(text).map(({ id }: { id: string }) => id)

  expect(idsOf(await read('1'))).toEqual(ids.slice(1))
  expect(idsOf(await read('-1'))).toEqual(ids.slice(-1))
  expect(idsOf(await read('-9'))).toEqual(ids)
  expect(idsOf(await read('1&count=1'))).toEqual(ids.slice(1, 2))
  expect(idsOf(await read('1&count=9'))).toEqual(ids.slice(1))
  expect(await read('9')).toEqual({ status: 200, total: '3', text: '[]' })
  expect((await read('x')).status).toBe(400)
})
