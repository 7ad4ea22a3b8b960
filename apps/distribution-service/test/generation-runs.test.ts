/** Generations that wait together are handled together. What came of each is what would have come of it alone. */
import type { EventEnvelope } from '@coursewire/events'
import { aGeneratedCourse, aStagedCourse, waitFor } from '@coursewire/testing'
import { and, eq, sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { courses, distributions, slugs } from '../src/db/schema.ts'
import { startService } from './helpers.ts'

type Service = Awaited<ReturnType<typeof startService>>

const later = '2026-01-01T00:00:00Z'
const earlier = '2025-01-01T00:00:00Z'

async function find({ db }: Service, courseId: string, tenantId = 'acme') {
  const ofCourse = and(eq(distributions.tenantId, tenantId), eq(distributions.courseId, courseId))
  const [found] = await db.select().from(distributions).where(ofCourse)
  return found
}

const readSlugs = async ({ db }: Service) =>
  (await db.select().from(distributions).orderBy(distributions.createdAt)).map(({ slug }) => slug)

/** The events in the outbox, as [type, cause]. */
async function readTold({ readOutbox }: Service) {
  return (await readOutbox()).map(({ event }) => [event.type.replace('distribution.', ''), event.meta.causation_id])
}

function waitForWaiters({ db }: Service, count: number): Promise<boolean> {
  const look = async () => {
    const { rows } = await db.execute(
      sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length === count
  }
  return waitFor(look, { message: `${count} transactions to wait for a lock` })
}

describe('courses generated in one run', () => {
  it('get one distribution each, announced and logged in order, each with its own cause', async () => {
    const service = await startService()
    const events = ['b', 'a', 'c'].map((name) =>
      aGeneratedCourse(
        {
          course_id: name,
          title: `Course ${name}`,
          description: `About ${name}.`,
          target_audiences: [name, `"${name}\\`],
        },
        { correlationId: `req-${name}` },
      ),
    )

    await service.takeTogether(...events)

    const created = await Promise.all(['b', 'a', 'c'].map((name) => find(service, name)))
    for (const [index, name] of ['b', 'a', 'c'].entries()) {
      expect(created[index]).toMatchObject({
        title: `Course ${name}`,
        slug: `course-${name}`,
        description: `About ${name}.`,
        targetGroup: [name, `"${name}\\`],
        seo: { metaTitle: `Course ${name}`, metaKeywords: [name, `"${name}\\`] },
        visibility: 'private',
        isGenerated: true,
        version: 1,
        listed: true,
        protectedFields: [],
        stagingUrl: null,
      })
    }
    expect(new Set(created.map((entry) => entry?.createdAt)).size).toBe(3)
    const told = await service.readOutbox()
    expect(told).toMatchObject(
      created.map((entry, index) => ({
        key: entry?.id,
        event: {
          type: 'distribution.created',
          timestamp: entry?.createdAt,
          payload: { course_id: entry?.courseId, slug: entry?.slug },
          meta: { causation_id: events[index]?.id, correlation_id: events[index]?.meta.correlation_id },
        },
      })),
    )
    expect(service.logs.find('Auto-created distribution')).toMatchObject(
      created.map((entry, index) => ({
        distributionId: entry?.id,
        courseId: entry?.courseId,
        eventId: events[index]?.id,
        correlationId: events[index]?.meta.correlation_id,
      })),
    )
  })

  it('take as many statements for a hundred as for three', async () => {
    const service = await startService()
    const run = (size: number, payload: object) =>
      Array.from({ length: size }, (_, n) =>
        aGeneratedCourse({ course_id: `${size}-${n}`, title: `Of ${size}: ${n}`, ...payload }),
      )
    const query = vi.spyOn(pg.Client.prototype, 'query')
    onTestFinished(() => query.mockRestore())
    /** On the connection of the run: others ask every second what is due. */
    async function countStatements(events: EventEnvelope[]) {
      query.mockClear()
      await service.takeTogether(...events)
      const texts = query.mock.calls.map(([first]) => (first as unknown as { text?: string }).text ?? String(first))
      const connection = query.mock.contexts[texts.findIndex((text) => text.startsWith('insert into "courses"'))]
      return query.mock.contexts.filter((client) => client === connection).length
    }

    const created = [await countStatements(run(3, {})), await countStatements(run(100, {}))]
    const again = { completed_at: later, description: 'New.' }
    const refreshed = [await countStatements(run(3, again)), await countStatements(run(100, again))]

    // BEGIN, courses, distributions, slugs, distributions, outbox, COMMIT; the same with variants and changes.
    expect({ created, refreshed }).toEqual({ created: [7, 7], refreshed: [7, 7] })
  })

  it('that want the same slug are numbered in order, whatever is taken', async () => {
    const service = await startService()
    const same = (count: number) => Array.from({ length: count }, () => aGeneratedCourse({ title: 'Gardens' }))
    await service.take(aGeneratedCourse({ title: 'Gardens 4' }))

    await service.takeTogether(...same(4))
    await service.takeTogether(...same(60), aGeneratedCourse({ title: 'Gardens' }, { tenantId: 'globex' }))
    await service.takeTogether(aGeneratedCourse({ title: 'Gardens' }))

    const numbers = Array.from({ length: 66 }, (_, index) => index + 1).filter((number) => number !== 4)
    const numbered = numbers.map((number) => (number === 1 ? 'gardens' : `gardens-${number}`))
    const [first, ...others] = await readSlugs(service)
    expect(first).toBe('gardens-4')
    expect(others).toEqual([...numbered.slice(0, -1), 'gardens', ...numbered.slice(-1)])
  })

  it('get the exact slug they want before others get it as a numbered one', async () => {
    const service = await startService()

    await service.takeTogether(...['Gardens', 'Gardens', 'Gardens 2'].map((title) => aGeneratedCourse({ title })))

    expect(await readSlugs(service)).toEqual(['gardens', 'gardens-3', 'gardens-2'])
  })
})

describe('a course generated twice in one run', () => {
  it('is created, then refreshed, and announced and logged in that order', async () => {
    const service = await startService()
    const first = aGeneratedCourse({ course_id: 'twice', title: 'Gardens' })
    const between = aGeneratedCourse({ course_id: 'between' })
    const second = aGeneratedCourse({ course_id: 'twice', title: 'Walls', completed_at: later })
    const stale = aGeneratedCourse({ course_id: 'twice', title: 'Old', completed_at: earlier })

    await service.takeTogether(first, between, second, stale)

    const twice = await find(service, 'twice')
    expect(twice).toMatchObject({ title: 'Walls', slug: 'gardens' })
    expect(await readTold(service)).toEqual([
      ['created', first.id],
      ['created', between.id],
      ['updated', second.id],
    ])
    const moments = (await service.readOutbox())
      .filter(({ key }) => key === twice?.id)
      .map(({ event }) => event.timestamp)
    expect(moments).toEqual([twice?.createdAt, twice?.updatedAt])
    expect(String(twice?.createdAt) < String(twice?.updatedAt)).toBe(true)
    expect(service.logs.find('Updated distributions')).toMatchObject([
      { eventId: second.id, courseId: 'twice', count: 1 },
    ])
  })

  it('with the later one first is created once, from the later one', async () => {
    const service = await startService()
    const latest = aGeneratedCourse({ course_id: 'twice', title: 'Walls', completed_at: later })

    await service.takeTogether(latest, aGeneratedCourse({ course_id: 'twice', title: 'Gardens' }))

    expect(await find(service, 'twice')).toMatchObject({ title: 'Walls', slug: 'walls' })
    expect(await readTold(service)).toEqual([['created', latest.id]])
  })

  it('clears no field that the later one leaves empty', async () => {
    const service = await startService()
    const first = aGeneratedCourse({ course_id: 'twice' })
    const empty = { description: '', target_audiences: [], total_lessons: null, completed_at: later }

    await service.takeTogether(first, aGeneratedCourse({ course_id: 'twice', ...empty }))

    expect(await find(service, 'twice')).toMatchObject({ description: first.payload.description })
    expect(await readTold(service)).toEqual([['created', first.id]])
  })
})

it('new, known, unchanged, stale and staged courses of several tenants in one run each have their own effect', async () => {
  const service = await startService()
  await service.take(
    aGeneratedCourse({ course_id: 'known', title: 'Known' }),
    aGeneratedCourse({ course_id: 'known', title: 'Theirs' }, { tenantId: 'globex' }),
    aGeneratedCourse({ course_id: 'unchanged', title: 'Unchanged' }),
    aGeneratedCourse({ course_id: 'stale', title: 'Stale', completed_at: later }),
    aStagedCourse({ course_id: 'staged', staging_url: 'https://staging.test/1' }),
  )
  const toldBefore = (await service.readOutbox()).length
  const again = (courseId: string, title: string, tenantId = 'acme') =>
    aGeneratedCourse({ course_id: courseId, title, completed_at: '2025-12-31T00:00:00Z' }, { tenantId })
  const run = [
    again('stale', 'Too late'),
    again('new', 'New'),
    again('known', 'Theirs now', 'globex'),
    again('unchanged', 'Unchanged'),
    again('staged', 'Staged'),
    again('known', 'Known now'),
    again('new', 'New', 'globex'),
  ]

  await service.takeTogether(...run)

  expect(await find(service, 'stale')).toMatchObject({ title: 'Stale' })
  expect(await find(service, 'new')).toMatchObject({ title: 'New', slug: 'new' })
  expect(await find(service, 'new', 'globex')).toMatchObject({ title: 'New', slug: 'new' })
  expect(await find(service, 'known')).toMatchObject({ title: 'Known now', slug: 'known' })
  expect(await find(service, 'known', 'globex')).toMatchObject({ title: 'Theirs now', slug: 'theirs' })
  expect(await find(service, 'staged')).toMatchObject({ title: 'Staged', stagingUrl: 'https://staging.test/1' })
  const told = (await service.readOutbox()).slice(toldBefore).map(({ event }) => event)
  const causes = run.map(({ id }) => id)
  expect(told.map(({ type, meta }) => [type, causes.indexOf(meta.causation_id), meta.tenant_id])).toEqual([
    ['distribution.created', 1, 'acme'],
    ['distribution.created', 4, 'acme'],
    ['distribution.created', 6, 'globex'],
    ['distribution.updated', 2, 'globex'],
    ['distribution.updated', 5, 'acme'],
  ])
  expect(told.slice(3).map(({ payload }) => payload.new_values.title)).toEqual(['Theirs now', 'Known now'])
  expect(service.logs.find('Updated distributions')).toMatchObject([
    { eventId: run[2]?.id, count: 1 },
    { eventId: run[5]?.id, count: 1 },
  ])
})

it('courses with variants that are generated again in one run each update their own variants', async () => {
  const service = await startService()
  const courses = ['a', 'b']
  for (const courseId of courses) {
    await service.take(aGeneratedCourse({ course_id: courseId, title: courseId }))
    const { id } = (await find(service, courseId)) ?? {}
    for (const audience of ['few', 'many']) {
      const body = { targetGroup: [audience] }
      await service.call('POST', `/api/distributions/${id}/micro-niches`, { roles: ['editor'], body })
    }
  }
  const again = courses.map((courseId) =>
    aGeneratedCourse({ course_id: courseId, title: `New ${courseId}`, completed_at: later }),
  )

  await service.takeTogether(...again)

  for (const [index, courseId] of courses.entries()) {
    const ofCourse = await service.db.select().from(distributions).where(eq(distributions.courseId, courseId))
    expect(ofCourse.map(({ title }) => title)).toEqual(Array(3).fill(`New ${courseId}`))
    const told = (await service.readOutbox()).filter(({ event }) => event.meta.causation_id === again[index]?.id)
    expect(new Set(told.map(({ key }) => key))).toEqual(new Set(ofCourse.map(({ id }) => id)))
    expect(told.map(({ event }) => event.type)).toEqual(Array(3).fill('distribution.updated'))
  }
  expect(service.logs.find('Updated distributions')).toMatchObject([
    { courseId: 'a', count: 3 },
    { courseId: 'b', count: 3 },
  ])
})

it('a run with a refused generation changes and logs nothing, so that it can be repeated one by one', async () => {
  const service = await startService()
  await service.take(aGeneratedCourse({ course_id: 'large' }))
  // As it may have been before there were limits.
  await service.db.update(courses).set({ description: 'a'.repeat(300_000) })
  const tooLarge = aGeneratedCourse({ course_id: 'large', description: '', completed_at: later })
  const valid = aGeneratedCourse({ course_id: 'valid' })

  await expect(service.takeTogether(valid, tooLarge)).rejects.toMatchObject({ code: 'event.too-large' })
  expect(await find(service, 'valid')).toBeUndefined()
  expect(service.logs.find('Auto-created distribution')).toHaveLength(1)

  await service.take(valid)
  expect(await find(service, 'valid')).toMatchObject({ slug: 'vertical-gardens-2' })
})

describe('two concurrent runs', () => {
  /** Starts runs that all wait for what `hold` holds, then lets it go. */
  async function runBehind(
    service: Service,
    hold: (tx: Parameters<Parameters<Service['db']['transaction']>[0]>[0]) => Promise<unknown>,
    ...runs: EventEnvelope[][]
  ): Promise<void> {
    const { running } = await service.db.transaction(async (tx) => {
      await hold(tx)
      const running: Promise<unknown>[] = []
      for (const run of runs) {
        running.push(service.takeTogether(...run))
        await waitForWaiters(service, running.length)
      }
      return { running }
    })
    await Promise.all(running)
  }

  it('with the same courses in opposite order do not block each other', async () => {
    const service = await startService()
    const names = ['a', 'z', 'b']
    await service.takeTogether(...names.map((name) => aGeneratedCourse({ course_id: name, title: name })))
    const again = (courseId: string, title: string, completed_at: string) =>
      aGeneratedCourse({ course_id: courseId, title, completed_at })
    const first = names.map((name) => again(name, 'First', '2026-01-01T00:00:00Z'))
    const second = names.toReversed().map((name) => again(name, 'Second', '2026-01-02T00:00:00Z'))

    await runBehind(
      service,
      (tx) => tx.execute(sql`SELECT FROM courses WHERE course_id = 'z' FOR UPDATE`),
      first,
      second,
    )

    const titles = await service.db.select({ title: distributions.title }).from(distributions)
    expect(titles).toEqual(Array(3).fill({ title: 'Second' }))
    expect((await readTold(service)).slice(3).map(([, cause]) => cause)).toEqual(
      [...first, ...second].map(({ id }) => id),
    )
  })

  it('that want the same slugs in opposite order do not block each other', async () => {
    const service = await startService()
    const titles = ['a', 'z', 'b']
    const first = titles.map((title) => aGeneratedCourse({ title }))
    const second = titles.toReversed().map((title) => aGeneratedCourse({ title }))
    const taken = { tenantId: 'acme', slug: 'z', distributionId: 'dist_gone' }

    await runBehind(service, (tx) => tx.insert(slugs).values(taken), first, second)

    expect((await readSlugs(service)).toSorted()).toEqual(['a', 'a-2', 'b', 'b-2', 'z-2', 'z-3'])
  })

  it('that choose the same number get one each', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ title: 'Gardens' }))
    const run = () => [aGeneratedCourse({ title: 'Gardens' }), aGeneratedCourse({ title: 'Gardens' })]
    const taken = { tenantId: 'acme', slug: 'gardens-2', distributionId: 'dist_gone' }

    await runBehind(service, (tx) => tx.insert(slugs).values(taken), run(), run())

    const given = await readSlugs(service)
    expect(given).toHaveLength(5)
    expect(new Set([...given, 'gardens-2']).size).toBe(6)
  })

  it('of the same course make one distribution', async () => {
    const service = await startService()
    const run = () => ['a', 'b'].map((course_id) => aGeneratedCourse({ course_id, title: course_id }))
    const [first, second] = [run(), run().toReversed()]

    const { waiting } = await service.db.transaction(async (tx) => {
      await service.handle(tx, ...first)
      const waiting = service.takeTogether(...second)
      await waitForWaiters(service, 1)
      return { waiting }
    })
    await waiting

    expect(await readSlugs(service)).toEqual(['a', 'b'])
    expect((await readTold(service)).map(([type, cause]) => [type, cause])).toEqual(
      first.map(({ id }) => ['created', id]),
    )
  })
})
