import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../src/limits/rules.ts'
import { createUnsubscribeTokens, digestCourse } from '../src/subscriptions/unsubscribe-tokens.ts'
import { anOpenCourse, aStudent, type Service, startService, waitUntilBlocked } from './helpers.ts'
import { anIp, aPerson } from './people.ts'
import { aSubscriber, askForNews, confirmNews, newsMails } from './subscribers.ts'
import { findTraces } from './traces.ts'

let service: Service
let mailer: string
beforeAll(async () => {
  service = await startService()
  mailer = (await service.ctx.tokens.issue({ id: 'email-worker', tenantId: 'acme', roles: ['service'] })).token
})
afterAll(() => service.close())

type Kind = 'launch' | 'notice' | 'change'

const find = (id: string, kind: Kind, courseId: string) =>
  service.get(mailer, `/internal/recipients/${id}?kind=${kind}&courseId=${encodeURIComponent(courseId)}`)
/** The token in a mail to the recipient. */
const tokenFor = async (id: string, kind: Kind, courseId: string): Promise<string> =>
  (await find(id, kind, courseId)).json().unsubscribeToken
const unsubscribe = (token: string, ip = anIp(), host = 'acme.test') =>
  service.app.inject({
    method: 'POST',
    url: '/api/subscriptions/unsubscribe',
    payload: { token },
    headers: { host },
    remoteAddress: ip,
  })

async function anEnrolledStudent() {
  const courseId = await anOpenCourse(service)
  const student = await aStudent(service)
  await service.post(student.token, { courseId })
  return { ...student, courseId }
}
async function settingsOf({ token }: { token: string }) {
  const { courseNews, courseChanges } = (await service.get(token, '/api/me')).json()
  return { courseNews, courseChanges }
}
async function subscribedTo({ id }: { id: string }): Promise<string[]> {
  const { rows } = await service.admin.query<{ value: string }>(
    'SELECT value FROM subscriptions WHERE subscriber_id = $1 ORDER BY 1',
    [id],
  )
  return rows.map(({ value }) => value)
}

describe('the link in a mail to an account', () => {
  it.each([
    ['notice', { courseNews: false, courseChanges: true }],
    ['change', { courseNews: true, courseChanges: false }],
  ] as const)(
    'of kind %s ends that kind, however often it is used, wherever, until the owner wants it again',
    async (kind, settings) => {
      const student = await anEnrolledStudent()
      const token = await tokenFor(student.id, kind, student.courseId)

      const answers = [await unsubscribe(token), await unsubscribe(token, anIp(), 'globex.test')]

      expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual([
        [204, ''],
        [204, ''],
      ])
      expect(await settingsOf(student)).toEqual(settings)
      expect((await find(student.id, kind, student.courseId)).statusCode).toBe(410)
      await service.send('PATCH', student.token, '/api/me', { courseNews: true, courseChanges: true })
      expect(await tokenFor(student.id, kind, student.courseId)).toBe(token)
    },
  )

  it('changes nothing about somebody else with the same id in another tenant', async () => {
    const student = await anEnrolledStudent()
    const twin = await aStudent(service, { id: student.id, tenantId: 'globex' })

    await unsubscribe(await tokenFor(student.id, 'notice', student.courseId), anIp(), 'globex.test')

    expect(await settingsOf(student)).toMatchObject({ courseNews: false })
    expect(await settingsOf(twin)).toMatchObject({ courseNews: true })
  })

  it('still answers when the account is erased, and brings nothing back', async () => {
    const person = await aPerson(service)
    const courseId = await anOpenCourse(service)
    await service.post(person.token, { courseId })
    const token = await tokenFor(person.id, 'notice', courseId)
    await person.call('DELETE', '/api/me', { password: person.password })

    expect((await unsubscribe(token)).statusCode).toBe(204)

    const { rows } = await service.admin.query('SELECT course_news FROM users WHERE id = $1', [person.id])
    expect(rows).toEqual([{ course_news: true }])
  })
})

describe('the link in a mail to a subscriber', () => {
  it('of a launch ends all target groups, and leaves the courses', async () => {
    const subscriber = await aSubscriber(service, { targetGroups: ['bakers', 'cooks'], courseId: 'course_1' })
    const token = await tokenFor(subscriber.id, 'launch', 'any')

    for (const answer of [await unsubscribe(token), await unsubscribe(token)]) expect(answer.statusCode).toBe(204)

    expect(await subscribedTo(subscriber)).toEqual(['course_1'])
  })

  it('of a notice ends that course, whatever its id', async () => {
    const [one, other] = ['č'.repeat(127) + '1', 'č'.repeat(127) + '2']
    const subscriber = await aSubscriber(service, { targetGroups: ['bakers'], courseId: one })
    await askForNews(service, { email: subscriber.email, courseId: other })
    await confirmNews(service, (await newsMails(service, subscriber.email)).at(-1)?.token)

    await unsubscribe(await tokenFor(subscriber.id, 'notice', one))

    expect(await subscribedTo(subscriber)).toEqual(['bakers', other])
  })

  it('deletes with the last subscription the address, which may be subscribed again', async () => {
    const subscriber = await aSubscriber(service, { targetGroups: ['bakers'] })
    await service.admin.query('DELETE FROM account_requests')
    const token = await tokenFor(subscriber.id, 'launch', 'any')

    await unsubscribe(token)

    expect(await findTraces(service, subscriber.email)).toEqual([])
    const again = await aSubscriber(service, { email: subscriber.email, targetGroups: ['cooks'] })
    expect(again.id).not.toBe(subscriber.id)
    expect((await unsubscribe(token)).statusCode).toBe(204)
    expect(await subscribedTo(again)).toEqual(['cooks'])
  })

  it.each(['before', 'after'])('takes nothing from who subscribes to more just %s it is used', async (order) => {
    const { id, email } = await aSubscriber(service, { targetGroups: ['bakers'] })
    await askForNews(service, { email, courseId: 'course_2' })
    const mail = (await newsMails(service, email)).at(-1)
    const token = await tokenFor(id, 'launch', 'any')
    const client = await service.admin.connect()
    await client.query('BEGIN')
    await client.query('SELECT FROM subscribers WHERE id = $1 FOR UPDATE', [id])

    const both = [() => confirmNews(service, mail?.token), () => unsubscribe(token)]
    const answers: ReturnType<typeof unsubscribe>[] = []
    for (const send of order === 'before' ? both : both.toReversed()) {
      answers.push(send())
      await waitUntilBlocked(service, answers.length)
    }
    await client.query('COMMIT')
    client.release()

    const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode)
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 204])
    const { rows } = await service.admin.query(
      'SELECT value FROM subscriptions JOIN subscribers ON id = subscriber_id WHERE email = $1',
      [email],
    )
    expect(rows).toEqual([{ value: 'course_2' }])
  })
})

describe('a link to unsubscribe', () => {
  it('that is not ours is refused', async () => {
    const { id, courseId } = await anEnrolledStudent()
    const token = await tokenFor(id, 'notice', courseId)
    const bytes = Buffer.from(token, 'base64url')
    const bent = (index: number) => {
      const copy = Buffer.from(bytes)
      copy[index] = (copy[index] ?? 0) ^ 1
      return copy.toString('base64url')
    }
    const seal = createSecretKey(randomBytes(32))
    const mail = { tenantId: 'acme', recipient: id, kind: 'notice', course: digestCourse(courseId) } as const

    const faults = ['x', 'A'.repeat(300), bent(0), bent(20), bent(bytes.length - 1), token.slice(0, -4), `${token}AAAA`]
    for (const fault of [...faults, createUnsubscribeTokens(seal).tokenOf(mail), ' ', randomUUID()]) {
      expect((await unsubscribe(fault)).json()).toMatchObject({ status: 410, code: 'link.invalid' })
    }
    expect((await find(id, 'notice', courseId)).statusCode).toBe(200)
  })

  it('cannot be guessed, while those that are valid open from any address', async () => {
    const ip = anIp()
    const { id, courseId } = await anEnrolledStudent()
    const token = await tokenFor(id, 'notice', courseId)
    for (let time = 0; time < rules.badTokensFromAddress.atMost; time += 1) await unsubscribe('AAAA', ip)

    expect((await unsubscribe('AAAA', ip)).json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect((await unsubscribe(token, ip)).statusCode).toBe(204)
  })
})
