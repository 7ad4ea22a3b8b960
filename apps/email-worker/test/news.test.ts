import { createServiceClient } from '@coursewire/service-kit'
import { aBumpedVersion, anErasedAccount, aPublishedDistribution } from '@coursewire/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDirectory } from '../src/emails/directory.ts'
import { reserveDue, settle } from '../src/emails/repository.ts'
import { createAnnouncer } from '../src/news/announcer.ts'
import { logger, openLedger } from './ledger.ts'
import { aDistribution, startNeighbours } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(() => ledger.clear())

async function startWorld(recipients: Partial<Record<'launch' | 'notice' | 'change', string[]>>) {
  const { url, secret, state } = await startNeighbours()
  Object.assign(state.recipients, recipients)
  const services = createServiceClient({
    tokenUrl: `${url}/auth/service-token`,
    clientId: 'email-worker',
    clientSecret: secret,
    logger,
  })
  const directory = createDirectory(services, { enrollmentApi: url, distributionService: url }, [])
  const work = () => createAnnouncer({ db: ledger.db, logger, directory, onWritten: () => undefined }).work()
  return { state, work }
}

const publish = async (payload: Parameters<typeof aPublishedDistribution>[0] = {}) => {
  const event = aPublishedDistribution({ course_id: 'course-1', distribution_id: 'dist_1', ...payload })
  await ledger.handle(event)
  return event
}
const bump = async (payload: Parameters<typeof aBumpedVersion>[0] = {}) =>
  ledger.handle(aBumpedVersion({ distribution_id: 'dist_1', ...payload }))
const listed = async () =>
  (await ledger.list()).map(({ template, recipient, status }) => `${template} ${recipient} ${status}`).toSorted()
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
/** Lets time pass. */
async function wait(hours: number) {
  const earlier = (column: string) => `${column} = ${column} - make_interval(hours => ${hours})`
  await ledger.pool.query(`UPDATE announcements SET ${earlier('due_at')}, ${earlier('begun_at')}`)
  // A mail about a change carries the day on which the change was told.
  await ledger.pool.query('UPDATE emails SET activation = activation - $1', [Math.floor(hours / 24)])
}

describe('a published distribution', () => {
  test('is told to those who asked for its target groups, and by another mail to its students', async () => {
    const { state, work } = await startWorld({ launch: ['sub_1'], notice: ['sub_2', 'usr_1'] })
    const asked: string[] = []
    state.onPageAsked = (question) => asked.push(question.toString()) > 0
    const event = await publish({ target_group: ['gardeners', 'cooks'] })

    await work()

    expect(await listed()).toEqual([
      'course_launched sub_1 pending',
      'course_published sub_2 pending',
      'course_published usr_1 pending',
    ])
    expect(await ledger.find('sub_1')).toMatchObject({
      tenantId: 'acme',
      fact: 'course-1',
      activation: 1,
      eventId: event.id,
      correlationId: event.meta.correlation_id,
    })
    const since = encodeURIComponent(event.payload.published_at)
    expect(asked).toContain(
      `kind=launch&courseId=course-1&enrolledBefore=${since}&limit=1000&targetGroup=gardeners&targetGroup=cooks`,
    )
  })

  test('brings each person one mail, however many distributions of the course are published and how often', async () => {
    const { work } = await startWorld({ notice: ['usr_1'] })
    await publish()
    await work()
    await publish()
    await publish({ distribution_id: 'dist_2' })

    await work()

    expect(await listed()).toEqual(['course_published usr_1 pending'])
  })

  test('is not told if it is private again, and is told when it is published once more', async () => {
    const { state, work } = await startWorld({ notice: ['usr_1'] })
    state.distribution = aDistribution({ public: false })
    await publish()
    await work()
    expect(await listed()).toEqual([])

    state.distribution = aDistribution()
    await publish()
    await work()

    expect(await listed()).toEqual(['course_published usr_1 pending'])
  })

  test('brings a mail that was taken back when it is published again, and no second one that was sent', async () => {
    const { work } = await startWorld({ notice: ['usr_1', 'usr_2'] })
    await publish()
    await work()
    const { emails } = await reserveDue(ledger.db, 10, 10)
    for (const email of emails) {
      const reason = email.recipient === 'usr_1' ? 'the course is not public any more' : 'the recipient is erased'
      await settle(ledger.db, email, { status: 'failed', reason, failure: 'absent' })
    }

    await publish()
    await work()

    expect(await listed()).toEqual(['course_published usr_1 pending', 'course_published usr_2 failed'])
  })

  test('and published again for others while its recipients are read is told to those as well', async () => {
    const { state, work } = await startWorld({ launch: ['sub_1'] })
    const asked: (string | null)[] = []
    await publish({ target_group: ['gardeners'] })
    state.onPageAsked = async (question) => {
      if (question.get('kind') !== 'launch') return true
      if (asked.length === 0) await publish({ target_group: ['cooks'] })
      return asked.push(question.get('targetGroup')) > 0
    }

    await work()

    expect(asked).toEqual(['gardeners', 'cooks'])
  })

  test('is told to nobody outside the course if no list shows it', async () => {
    const { state, work } = await startWorld({ launch: ['sub_1'], notice: ['usr_1'] })
    state.distribution = aDistribution({ listed: false })
    await publish({ target_group: ['gardeners'] })

    await work()

    expect(await listed()).toEqual(['course_published usr_1 pending'])
  })

  test('is not told to somebody who was erased meanwhile', async () => {
    const { work } = await startWorld({ notice: ['usr_2', 'usr_gone'] })
    await ledger.handle(anErasedAccount({ account_id: 'usr_gone' }))
    await publish()

    await work()

    expect(await listed()).toEqual(['course_published usr_2 pending'])
  })

  test('is no news after a week', async () => {
    const { work } = await startWorld({ notice: ['usr_1'] })
    await publish({ published_at: ago(8 * 86_400_000) })

    await work()

    expect(await listed()).toEqual([])
  })
})

describe('thousands of recipients', () => {
  const everybody = Array.from({ length: 8_000 }, (_, index) => `usr_${String(index).padStart(6, '0')}`)
  const count = async () => {
    const { rows } = await ledger.pool.query(
      'SELECT count(*)::int AS all, count(DISTINCT recipient)::int AS people FROM emails',
    )
    return rows[0]
  }

  test('are not read again by a worker that comes late with a page', async () => {
    const { state, work } = await startWorld({ notice: everybody.slice(0, 2_000) })
    await publish()
    let asked = 0
    state.onPageAsked = async (question) => {
      if (question.get('kind') === 'launch') return true
      asked += 1
      if (asked > 1) return true
      await ledger.pool.query('UPDATE announcements SET due_at = now()')
      await work()
      return true
    }

    await work()

    expect([asked, await count()]).toEqual([3, { all: 2_000, people: 2_000 }])
  })

  test('all have one mail, although pages fail and two workers write at once', async () => {
    const { state, work } = await startWorld({ notice: everybody })
    await publish()
    let pages = 0
    state.onPageAsked = () => {
      pages += 1
      return pages % 3 !== 0
    }

    for (let tries = 0; tries < 100 && (await count()).all < everybody.length; tries += 1) {
      await ledger.pool.query('UPDATE announcements SET due_at = now()')
      await Promise.all([work(), work()])
    }

    expect(await count()).toEqual({ all: everybody.length, people: everybody.length })
  })
})

describe('a new version', () => {
  test('is told to the students, with its changelog', async () => {
    const { work } = await startWorld({ change: ['usr_1'] })
    await bump({ changelog: 'Moss' })

    await work()

    expect(await listed()).toEqual(['course_changed usr_1 pending'])
    expect(await readVersions()).toEqual([[{ version: 'v2', changelog: 'Moss' }]])
  })

  test('of a private distribution is not told', async () => {
    const { state, work } = await startWorld({ change: ['usr_1'] })
    state.distribution = aDistribution({ public: false })
    await bump()

    await work()

    expect(await listed()).toEqual([])
  })

  test('waits until a day after the one before it, also if that was another distribution of the course', async () => {
    const { work } = await startWorld({ change: ['usr_1'] })
    await bump()
    await work()
    await bump({ distribution_id: 'dist_2', changelog: 'Ferns' })
    await work()
    await wait(23)
    await work()
    expect(await listed()).toHaveLength(1)

    await wait(25)
    await work()

    expect(await listed()).toEqual(['course_changed usr_1 pending', 'course_changed usr_1 pending'])
  })

  test('joins the one that waits', async () => {
    const { work } = await startWorld({ change: ['usr_1'] })
    await bump({ changelog: 'Moss' })
    await work()
    await bump({ new_version: 'v3', changelog: 'Ferns' })
    await bump({ new_version: 'v4', changelog: 'Ivy' })
    await work()
    await wait(25)

    await work()

    expect(await listed()).toHaveLength(2)
    expect(await readVersions()).toContainEqual([
      { version: 'v3', changelog: 'Ferns' },
      { version: 'v4', changelog: 'Ivy' },
    ])
  })

  const readVersions = async () =>
    (await ledger.pool.query('SELECT versions FROM announcements ORDER BY happened_at')).rows.map((row) => row.versions)
})

test('news that cannot be written does not keep other news waiting', async () => {
  const { state, work } = await startWorld({ notice: ['usr_1'] })
  await publish({ course_id: 'course-9', distribution_id: 'dist_9' })
  await publish()
  state.onPageAsked = (question) => question.get('courseId') === 'course-1'
  state.distributions.set('dist_9', aDistribution({ courseId: 'course-9' }))

  for (let times = 0; times < 4; times += 1) await work()

  expect(await listed()).toEqual(['course_published usr_1 pending'])
})
