import { aGeneratedCourse, aStagedCourse } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { courses, distributions } from '../src/db/schema.ts'
import { startService } from './helpers.ts'

const micros = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

type Service = Awaited<ReturnType<typeof startService>>
const readAll = ({ db }: Service) => db.select().from(distributions).orderBy(distributions.createdAt)

/** Derives a variant of the course's distribution, as an editor does. */
async function addVariant({ db }: Service, slug: string): Promise<string> {
  const id = `dist_${slug}`
  const [root] = await db.select().from(distributions)
  if (!root) throw new Error('No distribution to derive from')
  await db.insert(distributions).values({ ...root, id, slug, isGenerated: false, derivedFrom: root.id })
  return id
}

describe('a generated course', () => {
  it('gets one private distribution with default values', async () => {
    const service = await startService()
    const event = aGeneratedCourse({
      course_id: 'course_1',
      title: 'Alternativen zu Banken & Sparkassen',
      description: 'Ein praxisnaher Grundlagenkurs.',
      language: 'de',
      target_audiences: ['private_individuals'],
    })

    await service.take(event)

    expect(await readAll(service)).toEqual([
      {
        id: expect.stringMatching(/^dist_[0-9a-f]{8}-[0-9a-f]{4}-7/),
        tenantId: 'acme',
        courseId: 'course_1',
        isGenerated: true,
        derivedFrom: null,
        slug: 'alternativen-zu-banken-und-sparkassen',
        title: 'Alternativen zu Banken & Sparkassen',
        description: 'Ein praxisnaher Grundlagenkurs.',
        language: 'de',
        targetGroup: ['private_individuals'],
        seo: {
          metaTitle: 'Alternativen zu Banken & Sparkassen',
          metaDescription: 'Ein praxisnaher Grundlagenkurs.',
          metaKeywords: ['private_individuals'],
        },
        cta: { label: 'Jetzt einschreiben', type: 'primary_button' },
        experiment: null,
        workload: null,
        startsAt: null,
        welcomeText: '',
        hasOwnCanonical: false,
        listed: true,
        protectedFields: [],
        visibility: 'private',
        version: 1,
        stagingUrl: null,
        stagingDeployedAt: null,
        createdAt: micros,
        updatedAt: micros,
      },
    ])
  })

  it('is announced once with its cause, and logged', async () => {
    const service = await startService()
    const event = aGeneratedCourse({ course_id: 'course_1', title: 'Gardens' }, { correlationId: 'req-100' })

    await service.take(event)

    const [created] = await readAll(service)
    expect(await service.readOutbox()).toEqual([
      {
        topic: 'distribution.events.v1',
        key: created?.id,
        headers: expect.objectContaining({ ce_type: 'distribution.created', ce_causationid: event.id }),
        event: {
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
          type: 'distribution.created',
          timestamp: created?.createdAt,
          payload: {
            distribution_id: created?.id,
            course_id: 'course_1',
            slug: 'gardens',
            language: 'en',
            title: 'Gardens',
            target_group: ['gardeners'],
            visibility: 'private',
            version: 'v1',
            derived_from: null,
            created_at: created?.createdAt,
          },
          meta: {
            schema_version: '1.0',
            producer: 'course_distribution',
            source_module: 'course_distribution',
            tenant_id: 'acme',
            correlation_id: 'req-100',
            causation_id: event.id,
          },
          target: null,
        },
      },
    ])
    expect(service.logs.find('Auto-created distribution')).toMatchObject([
      { distributionId: created?.id, courseId: 'course_1' },
    ])
  })

  it('with only the required fields has the others empty', async () => {
    const service = await startService()

    await service.take(
      aGeneratedCourse({ description: null, target_audiences: [' ', 'gardeners', 'gardeners '], total_lessons: null }),
      aGeneratedCourse({ description: undefined, target_audiences: undefined, total_lessons: undefined }),
    )

    expect(await readAll(service)).toMatchObject([
      { description: '', targetGroup: ['gardeners'] },
      { description: '', targetGroup: [], seo: { metaDescription: '', metaKeywords: [] } },
    ])
  })

  it('has its workload and its first day', async () => {
    const service = await startService()
    const told = { course_id: 'course_1', workload: 'PT20H', starts_at: '2026-03-02' }

    await service.take(aGeneratedCourse(told))

    expect(await readAll(service)).toMatchObject([{ workload: 'PT20H', startsAt: '2026-03-02' }])
  })

  it('may share its title with another course, but gets its own slug in its tenant', async () => {
    const service = await startService()

    await service.take(
      aGeneratedCourse(),
      aGeneratedCourse(),
      aGeneratedCourse(),
      aGeneratedCourse({}, { tenantId: 'globex' }),
    )

    const slugs = (await readAll(service)).map(({ slug }) => slug)
    expect(slugs).toEqual(['vertical-gardens', 'vertical-gardens-2', 'vertical-gardens-3', 'vertical-gardens'])
  })

  it('is another course in another tenant, even with the same id', async () => {
    const service = await startService()

    await service.take(
      aGeneratedCourse({ course_id: 'course_1', title: 'Ours' }),
      aGeneratedCourse({ course_id: 'course_1', title: 'Theirs' }, { tenantId: 'globex' }),
    )

    expect(await readAll(service)).toMatchObject([
      { tenantId: 'acme', title: 'Ours' },
      { tenantId: 'globex', title: 'Theirs' },
    ])
  })
})

describe('a course generated again', () => {
  it('refreshes its distribution, and names the fields that really changed', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'Gardens' }))
    const again = aGeneratedCourse({
      course_id: 'course_1',
      title: 'Green Walls',
      completed_at: '2025-12-28T09:00:00.000001Z',
    })

    await service.take(again)

    const [refreshed] = await readAll(service)
    expect(refreshed).toMatchObject({ title: 'Green Walls', slug: 'gardens', seo: { metaTitle: 'Green Walls' } })
    const [, updated] = await service.readOutbox()
    expect(updated).toMatchObject({
      key: refreshed?.id,
      event: {
        type: 'distribution.updated',
        timestamp: refreshed?.updatedAt,
        payload: {
          distribution_id: refreshed?.id,
          course_id: 'course_1',
          updated_fields: ['title', 'seo'],
          old_values: { title: 'Gardens', seo: { meta_title: 'Gardens' } },
          new_values: { title: 'Green Walls', seo: { meta_title: 'Green Walls' } },
          updated_at: refreshed?.updatedAt,
        },
        meta: { causation_id: again.id },
      },
    })
    expect(service.logs.find('Updated distributions')).toMatchObject([{ courseId: 'course_1', count: 1 }])
  })

  it('clears no field by leaving it empty', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1', workload: 'PT20H', starts_at: '2026-03-02' }))
    const [before] = await readAll(service)

    await service.take(
      aGeneratedCourse({
        course_id: 'course_1',
        workload: '',
        starts_at: '',
        description: ' ',
        target_audiences: [],
        total_lessons: null,
        completed_at: '2026-01-01T00:00:00Z',
      }),
    )

    expect(await readAll(service)).toEqual([before])
    expect(await service.readOutbox()).toHaveLength(1)
    const { body } = await service.call('GET', '/internal/courses/course_1', { roles: ['service'] })
    expect(body).toMatchObject({ totalLessons: 12 })
  })

  it.each([
    ['earlier', '2025-12-28T08:59:59.999999Z'],
    ['at the same moment, written otherwise', '2025-12-28T10:00:00.000000+01:00'],
  ])('%s changes nothing', async (_when, completedAt) => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'Gardens' }))
    const [before] = await readAll(service)

    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'Old', completed_at: completedAt }))

    expect(await readAll(service)).toEqual([before])
    expect(await service.readOutbox()).toHaveLength(1)
  })

  it('with a change too large for an event is refused, and nothing is changed', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    // A state from before there were limits.
    await service.db.update(courses).set({ description: 'a'.repeat(300_000) })
    const [before] = await readAll(service)
    const again = aGeneratedCourse({ course_id: 'course_1', description: '', completed_at: '2026-01-01T00:00:00Z' })

    await expect(service.take(again)).rejects.toMatchObject({ kind: 'invalid', code: 'event.too-large' })

    expect(await readAll(service)).toEqual([before])
    expect(await service.readOutbox()).toHaveLength(1)
  })

  it('replaces a value that is too large for an event, which then lacks the old value', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    // A state from before there were limits.
    await service.db.update(distributions).set({ description: 'a'.repeat(300_000) })

    await service.take(aGeneratedCourse({ course_id: 'course_1', completed_at: '2026-01-01T00:00:00Z' }))

    const [after] = await readAll(service)
    const [, updated] = await service.readOutbox()
    expect(after).toMatchObject({ description: 'Plants on walls, from the first pot to the last.' })
    expect(updated?.event.payload).toMatchObject({ old_values: {}, new_values: { description: after?.description } })
  })

  it('wins over a stored generation with a moment in the future', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    await service.db.update(courses).set({ generationCompletedAt: '2099-01-01T00:00:00Z' })

    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'New', completed_at: '2026-01-01T00:00:00Z' }))
    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'Old', completed_at: '2025-12-31T00:00:00Z' }))

    expect(await readAll(service)).toMatchObject([{ title: 'New' }])
  })

  it('is announced with a moment that listeners accept, even after a clock was years fast', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    await service.db.update(distributions).set({ updatedAt: '2099-01-01T00:00:00Z' })

    await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'New', completed_at: '2026-01-01T00:00:00Z' }))

    const [after] = await readAll(service)
    expect(after?.updatedAt.slice(0, 4)).not.toBe('2099')
    expect((await service.readOutbox()).at(-1)?.event.payload).toMatchObject({ updated_at: after?.updatedAt })
  })
})

describe('a deployment to staging', () => {
  it('reaches all distributions of the course, and no others', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    const variantId = await addVariant(service, 'variant')
    await service.take(aGeneratedCourse({ course_id: 'course_2' }))
    const deployment = aStagedCourse({
      course_id: 'course_1',
      staging_url: 'https://staging.test/1',
      deployed_at: '2025-12-28T10:30:00.123456+01:00',
    })

    await service.take(deployment)

    const staging = { staging_url: 'https://staging.test/1', staging_deployed_at: '2025-12-28T09:30:00.123456Z' }
    const told = (await service.readOutbox()).slice(2)
    const [root] = await readAll(service)
    expect(new Set(told.map(({ key }) => key))).toEqual(new Set([root?.id, variantId]))
    for (const { key, event } of told) {
      expect(event).toMatchObject({
        type: 'distribution.updated',
        meta: { causation_id: deployment.id },
        payload: {
          distribution_id: key,
          updated_fields: ['staging_url', 'staging_deployed_at'],
          old_values: { staging_url: null, staging_deployed_at: null },
          new_values: staging,
        },
      })
    }
    expect(service.logs.find('Updated distributions')).toMatchObject([{ courseId: 'course_1', count: 2 }])
  })

  it('that is repeated names only what changed, and does not touch unchanged entries', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }), aStagedCourse({ course_id: 'course_1' }))
    const deployedAt = '2025-12-28T09:30:00.000001Z'

    await service.take(aStagedCourse({ course_id: 'course_1', deployed_at: deployedAt }))

    const [, , updated, ...others] = await service.readOutbox()
    expect(others).toEqual([])
    expect(updated?.event.payload).toMatchObject({
      updated_fields: ['staging_deployed_at'],
      old_values: { staging_deployed_at: '2025-12-28T09:30:00.000000Z' },
      new_values: { staging_deployed_at: deployedAt },
    })
  })

  it.each([
    ['older', '2025-12-28T09:29:59.999999Z'],
    ['of the same moment', '2025-12-28T09:30:00Z'],
  ])('that is %s changes nothing', async (_name, deployedAt) => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }), aStagedCourse({ course_id: 'course_1' }))
    const [before] = await readAll(service)

    await service.take(
      aStagedCourse({ course_id: 'course_1', deployed_at: deployedAt, staging_url: 'https://staging.test/old' }),
    )

    expect(await readAll(service)).toEqual([before])
    expect(await service.readOutbox()).toHaveLength(2)
    expect(service.logs.find('Updated distributions')).toHaveLength(1)
  })

  it('wins over a stored generation with a moment in the future', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'course_1' }), aStagedCourse({ course_id: 'course_1' }))
    await service.db.update(courses).set({ stagingDeployedAt: '2099-01-01T00:00:00Z' })

    await service.take(aStagedCourse({ course_id: 'course_1', staging_url: 'https://staging.test/new' }))

    expect(await readAll(service)).toMatchObject([{ stagingUrl: 'https://staging.test/new' }])
  })

  it('before its course is known is kept for the later distribution', async () => {
    const service = await startService()

    await service.take(
      aStagedCourse({
        course_id: 'course_1',
        staging_url: 'https://staging.test/new',
        deployed_at: '2025-12-28T09:30:00Z',
      }),
      aStagedCourse({
        course_id: 'course_1',
        staging_url: 'https://staging.test/old',
        deployed_at: '2025-12-28T09:00:00Z',
      }),
    )

    expect(await readAll(service)).toEqual([])
    await service.take(aGeneratedCourse({ course_id: 'course_1' }))
    expect(await readAll(service)).toMatchObject([
      { stagingUrl: 'https://staging.test/new', stagingDeployedAt: '2025-12-28T09:30:00.000000Z' },
    ])
    expect((await service.readOutbox()).map(({ event }) => event.type)).toEqual(['distribution.created'])
  })
})

it('moments are read as UTC in every time zone of the session', async () => {
  const service = await startService()
  await service.take(aGeneratedCourse(), aGeneratedCourse())
  const inUtc = await readAll(service)

  const elsewhere = await service.db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL TimeZone = 'Asia/Kolkata'`)
    return tx.select().from(distributions).orderBy(distributions.createdAt)
  })

  expect(elsewhere).toEqual(inUtc)
})
