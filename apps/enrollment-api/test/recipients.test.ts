import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'
import { alter, aPerson } from './people.ts'
import { aSubscriber } from './subscribers.ts'

let service: Service
let mailer: string
beforeAll(async () => {
  service = await startService()
  mailer = (await service.ctx.tokens.issue({ id: 'email-worker', tenantId: 'acme', roles: ['service'] })).token
})
afterAll(() => service.close())

type Kind = 'launch' | 'notice' | 'change'
interface Asked {
  kind: Kind
  courseId: string
  targetGroups?: string[]
  enrolledBefore?: string
}

const aGroup = () => `group-${randomUUID()}`

async function anEnrolledStudent(courseId: string) {
  const student = await aStudent(service)
  expect((await service.post(student.token, { courseId })).statusCode).toBe(201)
  return student
}

/** Asks for all pages, and returns the ids of each. */
async function listPages(
  { kind, courseId, targetGroups = [], enrolledBefore }: Asked,
  limit?: number,
): Promise<string[][]> {
  const query = new URLSearchParams({ kind, courseId, ...(limit !== undefined && { limit: String(limit) }) })
  for (const group of targetGroups) query.append('targetGroup', group)
  if (enrolledBefore !== undefined) query.set('enrolledBefore', enrolledBefore)
  const pages: string[][] = []
  for (;;) {
    const answer = await service.get(mailer, `/internal/recipients?${query.toString()}`)
    expect(answer.statusCode).toBe(200)
    const { items, nextCursor } = answer.json<{ items: { id: string }[]; nextCursor: string | null }>()
    pages.push(items.map(({ id }) => id))
    if (nextCursor === null) return pages
    query.set('cursor', nextCursor)
  }
}
const list = async (asked: Asked) => (await listPages(asked)).flat()

const find = (id: string, { kind, courseId }: Asked, token = mailer) =>
  service.get(token, `/internal/recipients/${id}?kind=${kind}&courseId=${courseId}`)

describe('a launch', () => {
  it('goes to who has asked for one of its target groups, once, and to no student', async () => {
    const courseId = await anOpenCourse(service)
    const [bakers, cooks, others] = [aGroup(), aGroup(), aGroup()]
    const baker = await aSubscriber(service, { targetGroups: [bakers] })
    const both = await aSubscriber(service, { targetGroups: [bakers, cooks, others] })
    await aSubscriber(service, { targetGroups: [others] })
    await anEnrolledStudent(courseId)

    const targetGroups = [bakers, cooks]
    expect(await list({ kind: 'launch', courseId, targetGroups })).toEqual([baker.id, both.id].toSorted())
    expect(await list({ kind: 'launch', courseId, targetGroups: [cooks] })).toEqual([both.id])
    expect(await list({ kind: 'launch', courseId })).toEqual([])
  })

  it('goes to nobody who gets the notice of the course', async () => {
    const courseId = await anOpenCourse(service)
    const group = aGroup()
    const student = await anEnrolledStudent(courseId)
    await aSubscriber(service, { email: `${student.id}@example.com`, targetGroups: [group] })
    const follower = await aSubscriber(service, { targetGroups: [group], courseId })

    expect(await list({ kind: 'launch', courseId, targetGroups: [group] })).toEqual([])
    expect(await list({ kind: 'notice', courseId })).toEqual([follower.id, student.id])
    expect(await list({ kind: 'launch', courseId: 'another', targetGroups: [group] })).toHaveLength(2)
  })
})

describe('a notice', () => {
  it('goes to the students of the course and to who has asked to be told of it', async () => {
    const [courseId, other] = [await anOpenCourse(service), await anOpenCourse(service)]
    const student = await anEnrolledStudent(courseId)
    const follower = await aSubscriber(service, { courseId })
    await anEnrolledStudent(other)
    await aSubscriber(service, { courseId: other })
    // Has the same words, but as the name of a target group.
    await aSubscriber(service, { targetGroups: [courseId] })

    expect(await list({ kind: 'notice', courseId })).toEqual([follower.id, student.id])
  })

  it.each(['notice', 'change'] as const)(
    'leaves out students who have enrolled since a moment from a %s',
    async (kind) => {
      const courseId = await anOpenCourse(service)
      const early = await anEnrolledStudent(courseId)
      const late = await anEnrolledStudent(courseId)
      const { enrolledAt: enrolledBefore } = (await service.get(late.token, `/api/enrollments/${courseId}`)).json()

      expect(await list({ kind, courseId, enrolledBefore })).toEqual([early.id])
      expect(await list({ kind, courseId })).toEqual([early.id, late.id].toSorted())
    },
  )

  it('reaches an address once, by its account if that is in the course', async () => {
    const courseId = await anOpenCourse(service)
    const [student, outsider] = [await anEnrolledStudent(courseId), await aStudent(service)]
    await aSubscriber(service, { email: `${student.id}@Example.com`, courseId })
    const follower = await aSubscriber(service, { email: `${outsider.id}@example.com`, courseId })

    expect(await list({ kind: 'notice', courseId })).toEqual([follower.id, student.id])
  })

  it('does not reach by a subscription who has switched it off for the account', async () => {
    const courseId = await anOpenCourse(service)
    const student = await anEnrolledStudent(courseId)
    await aSubscriber(service, { email: `${student.id}@example.com`, courseId })
    await service.send('PATCH', student.token, '/api/me', { courseNews: false })

    expect(await list({ kind: 'notice', courseId })).toEqual([])
  })
})

describe.each(['notice', 'change'] as const)('a %s', (kind) => {
  it('goes to nobody who has left, has no confirmed address, is disabled or erased, or does not want it', async () => {
    const courseId = await anOpenCourse(service)
    const [student, left, disabled, unverified, unwilling] = [
      await anEnrolledStudent(courseId),
      await anEnrolledStudent(courseId),
      await anEnrolledStudent(courseId),
      await anEnrolledStudent(courseId),
      await anEnrolledStudent(courseId),
    ]
    const erased = await aPerson(service)
    await service.post(erased.token, { courseId })
    const asked = { kind, courseId }
    expect(await list(asked)).toHaveLength(6)

    await service.send('DELETE', left.token, `/api/enrollments/${courseId}`, { reason: 'no_time' })
    await alter(service, 'disabled', disabled)
    await alter(service, 'unverified', unverified)
    await erased.call('DELETE', '/api/me', { password: erased.password })
    const setting = kind === 'notice' ? 'courseNews' : 'courseChanges'
    await service.send('PATCH', unwilling.token, '/api/me', { [setting]: false })

    expect(await list(asked)).toEqual([student.id])
    for (const { id } of [left, disabled, unverified, unwilling, erased]) {
      expect((await find(id, asked)).json()).toMatchObject({ status: 410, code: 'recipient.gone' })
    }
  })

  it('still goes to a student who does not want the other kind', async () => {
    const courseId = await anOpenCourse(service)
    const student = await anEnrolledStudent(courseId)
    const setting = kind === 'notice' ? 'courseChanges' : 'courseNews'
    await service.send('PATCH', student.token, '/api/me', { [setting]: false })

    expect(await list({ kind, courseId })).toEqual([student.id])
    expect((await find(student.id, { kind, courseId })).statusCode).toBe(200)
  })
})

it('a change goes to students only', async () => {
  const courseId = await anOpenCourse(service)
  const student = await anEnrolledStudent(courseId)
  const follower = await aSubscriber(service, { courseId })

  expect(await list({ kind: 'change', courseId })).toEqual([student.id])
  expect((await find(follower.id, { kind: 'change', courseId })).statusCode).toBe(410)
})

it('the pages of a list have everybody once, in the order of the ids, also where some are left out', async () => {
  const courseId = await anOpenCourse(service)
  const ids: string[] = []
  for (let count = 0; count < 3; count += 1) {
    ids.push((await aSubscriber(service, { courseId })).id, (await anEnrolledStudent(courseId)).id)
    const unwilling = await anEnrolledStudent(courseId)
    await service.send('PATCH', unwilling.token, '/api/me', { courseNews: false })
  }

  for (const limit of [1, 2, 4, 9, 1_000]) {
    const pages = await listPages({ kind: 'notice', courseId }, limit)
    expect(pages.flat()).toEqual(ids.toSorted())
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit)
  }
})

describe('a recipient', () => {
  it('has what a mail needs', async () => {
    const courseId = await anOpenCourse(service)
    const student = await anEnrolledStudent(courseId)
    const group = aGroup()
    const subscriber = await aSubscriber(service, { courseId, targetGroups: [group], locale: 'de' })
    const unsubscribeToken = expect.stringMatching(/^[\w-]{100,400}$/)

    for (const kind of ['notice', 'change'] as const) {
      const email = `${student.id}@example.com`
      const expected = { id: student.id, name: 'Ada', email, locale: 'en', unsubscribeToken }
      expect((await find(student.id, { kind, courseId })).json()).toEqual(expected)
    }
    for (const kind of ['notice', 'launch'] as const) {
      const expected = { ...subscriber, name: null, locale: 'de', unsubscribeToken }
      expect((await find(subscriber.id, { kind, courseId })).json()).toEqual(expected)
    }
  })

  it('is gone if there is no subscription of the kind', async () => {
    const courseId = await anOpenCourse(service)
    const byGroup = await aSubscriber(service, { targetGroups: [aGroup()] })
    const byCourse = await aSubscriber(service, { courseId })

    const refusals = [
      await find(byGroup.id, { kind: 'notice', courseId }),
      await find(byCourse.id, { kind: 'launch', courseId }),
      await find(byCourse.id, { kind: 'notice', courseId: 'another' }),
      await find(`sub_${randomUUID()}`, { kind: 'launch', courseId }),
    ]

    for (const refusal of refusals) expect(refusal.json()).toMatchObject({ status: 410, code: 'recipient.gone' })
  })

  it('of another tenant is as unknown as nobody', async () => {
    const courseId = await anOpenCourse(service)
    const [student, subscriber] = [await anEnrolledStudent(courseId), await aSubscriber(service, { courseId })]
    const asked = { kind: 'notice', courseId } as const
    const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId: 'globex', roles: ['service'] })

    expect((await find(student.id, asked, token)).json()).toMatchObject({ status: 404, code: 'recipient.not-found' })
    expect((await find(`usr_${randomUUID()}`, asked)).json()).toMatchObject({ status: 404 })
    expect((await find(subscriber.id, asked, token)).json()).toMatchObject({ status: 410 })
    const theirs = await service.get(token, `/internal/recipients?kind=notice&courseId=${courseId}`)
    expect(theirs.json()).toEqual({ items: [], nextCursor: null })
  })
})
