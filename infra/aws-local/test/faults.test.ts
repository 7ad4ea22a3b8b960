import { PublishCommand } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { start } from './started.ts'

test('a throttle fault refuses the given number of calls of one service', async () => {
  const aws = await start()
  await aws.setFault({ service: 'ses', kind: 'throttle', times: 2 })

  await expect(aws.sendMail()).rejects.toMatchObject({ Code: 'Throttling', $metadata: { httpStatusCode: 400 } })
  const TopicArn = await aws.createTopic()
  await expect(aws.sendMail()).rejects.toMatchObject({ Code: 'Throttling' })
  const id = await aws.sendMail()

  expect(TopicArn).toContain('enrollments')
  expect((await aws.readInbox()).map((mail) => mail.id)).toEqual([id])
})

test('an error fault lasts until it is removed', async () => {
  const aws = await start()
  const TopicArn = await aws.createTopic()
  const publish = () => aws.sns.send(new PublishCommand({ TopicArn, Message: 'm' }))
  await aws.setFault({ service: 'sns', kind: 'error', times: null })

  for (const _ of [1, 2, 3]) {
    await expect(publish()).rejects.toMatchObject({
      Code: 'InternalError',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    })
  }
  await aws.clearFaults()
  await publish()

  expect(await aws.readPublished()).toHaveLength(1)
})

test('a hanging call is neither accepted nor answered until the server closes', async () => {
  const aws = await start()
  await aws.setFault({ service: 'ses', kind: 'hang', times: 1 })
  const calls = [aws.sendMail(), aws.sendMail()]
  const settled = Promise.allSettled(calls)

  await Promise.race(calls)
  expect(await aws.readInbox()).toHaveLength(1)
  await aws.close()

  const outcomes = await settled
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a call that is accepted and then dropped is in the inbox, although its sender gets no answer', async () => {
  const aws = await start()
  await aws.setFault({ service: 'ses', kind: 'accept-then-drop', times: 1 })

  await expect(aws.sendMail()).rejects.toThrow(/socket hang up|ECONNRESET/)

  expect(await aws.readInbox()).toHaveLength(1)
})

test('an unknown fault is refused', async () => {
  const aws = await start()

  expect(await aws.setFault({ service: 'ses', kind: 'explode' })).toBe(400)
  expect(await aws.setFault({ service: 'sqs', kind: 'hang' })).toBe(400)
  expect(await aws.setFault({ service: 'ses', kind: 'hang', times: 0 })).toBe(400)
})
