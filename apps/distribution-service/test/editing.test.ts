import { aGeneratedCourse } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { distributions, versions } from '../src/db/schema.ts'
import { createCaller, createConfig, startAsEditor, startService } from './helpers.ts'

const arms = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ label: `Start ${index}`, ctaType: `arm_${index}` }))
const experiment = { arms: arms(2), split: [1, 1], endsAt: '2030-01-01T00:00:00.000Z' }

describe('a distribution made by hand', () => {
  it('is answered with its location and default values, and announced', async () => {
    const { call } = await startAsEditor()
    const draft = { courseId: 'course_1', title: 'Größe & Maß in C++', language: 'de-at' }

    const { status, body, headers, etag, events } = await call('POST', '', draft)

    expect({ status, location: headers['location'] }).toEqual({
      status: 201,
      location: `/api/distributions/${body.id}`,
    })
    expect(body).toEqual({
      id: expect.stringMatching(/^dist_/),
      courseId: 'course_1',
      slug: 'groesse-und-mass-in-cpp',
      title: 'Größe & Maß in C++',
      description: '',
      language: 'de-AT',
      targetGroup: [],
      seo: { metaTitle: 'Größe & Maß in C++', metaDescription: '', metaKeywords: [] },
      cta: { label: 'Jetzt einschreiben', type: 'primary_button' },
      experiment: null,
      workload: null,
      startsAt: null,
      welcomeText: '',
      listed: true,
      protectedFields: [],
      visibility: 'private',
      version: 'v1',
      derivedFrom: null,
      canonical: 'own',
      stagingUrl: null,
      stagingDeployedAt: null,
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
    })
    expect(events).toMatchObject([
      { type: 'distribution.created', meta: { correlation_id: 'req-1', causation_id: null } },
    ])
    const again = await call('GET', `/${body.id}`)
    expect([again.body, again.etag]).toEqual([body, etag])
  })

  it('has the values of the request', async () => {
    const { create, readOutbox } = await startAsEditor()
    const said = {
      slug: 'walls',
      listed: false,
      protectedFields: ['title'],
      seo: { ogImage: 'https://learn.test/a.png', noindex: true },
      cta: { url: 'https://learn.test/enroll' },
      welcomeText: 'Say hello (https://learn.test/hello).\nMore at https://learn.test.',
    }

    expect(await create(said)).toMatchObject({
      ...said,
      seo: { ...said.seo, metaTitle: 'Vertical Gardens', metaKeywords: ['gardeners'] },
      cta: { ...said.cta, label: 'Enroll now', type: 'primary_button' },
    })
    expect((await readOutbox()).map(({ event }) => event)).toMatchObject([
      { type: 'distribution.created', payload: { listed: false } },
    ])
  })

  it('tells of the experiment that it begins with, and of its end', async () => {
    const { call, change } = await startAsEditor()
    const draft = { courseId: 'course_1', title: 'Walls', language: 'en', experiment }

    const { body, events } = await call('POST', '', draft)
    const ended = await change(body.id, { experiment: null })

    const told = {
      arms: experiment.arms.map(({ label, ctaType }) => ({ label, cta_type: ctaType })),
      split: experiment.split,
      ends_at: experiment.endsAt,
    }
    expect(body.experiment).toEqual(experiment)
    expect(events[0].payload.experiment).toEqual(told)
    expect(ended.events[0].payload).toMatchObject({
      old_values: { experiment: told },
      new_values: { experiment: null },
    })
  })

  it('may keep an experiment whose end has passed', async () => {
    const { create, change } = await startAsEditor()
    const { id, experiment: kept } = await create({
      experiment: { ...experiment, endsAt: '2020-01-01T01:00:00+01:00' },
    })

    const again = await change(id, { experiment: kept })

    expect(kept.endsAt).toBe('2020-01-01T00:00:00.000Z')
    expect([again.status, again.events]).toEqual([200, []])
  })

  it('is a second entry next to that of its generated course', async () => {
    const { create, take, call } = await startAsEditor()
    await create({ title: 'By hand' })
    await take(aGeneratedCourse({ course_id: 'course_1', title: 'Generated' }))
    await take(aGeneratedCourse({ course_id: 'course_1', title: 'Again', completed_at: '2026-01-01T00:00:00Z' }))

    const { body } = await call('GET', '?courseId=course_1')

    expect(body.items.map(({ title }: { title: string }) => title)).toEqual(['Again', 'By hand'])
  })

  it.each([
    ['no title', { title: undefined }],
    ['an empty title', { title: '  ' }],
    ['a title nobody sees', { title: '\u200b\u00ad' }],
    ['a title too long', { title: 'x'.repeat(501) }],
    ['a control character in the title', { title: 'a\u0007' }],
    ['a target group nobody sees', { targetGroup: ['\u2060'] }],
    ['a description too long', { description: 'x'.repeat(20_001) }],
    ['a language that is none', { language: 'german!' }],
    ['a course id with a control character', { courseId: 'a\u0007' }],
    ['a meta title too long', { seo: { metaTitle: 'ü'.repeat(61) } }],
    ['a meta description too long', { seo: { metaDescription: 'x'.repeat(156) } }],
    ['too many keywords', { seo: { metaKeywords: Array.from({ length: 51 }, (_, n) => `k${n}`) } }],
    ['an image by http', { seo: { ogImage: 'http://learn.test/a.png' } }],
    ['an image by another scheme', { seo: { ogImage: 'javascript:alert(1)' } }],
    ['an image of this machine', { seo: { ogImage: 'https://localhost/a.png' } }],
    ['an image of an inside address', { seo: { ogImage: 'https://169.254.169.254/latest' } }],
    ['an image of an address in disguise', { seo: { ogImage: 'https://2130706433/' } }],
    ['an image of an inside name', { seo: { ogImage: 'https://files.internal/a.png' } }],
    ['an image with a password', { seo: { ogImage: 'https://a:b@learn.test/a.png' } }],
    ['a link to an inside address', { cta: { url: 'https://[::1]/' } }],
    ['a keyword twice', { seo: { metaKeywords: ['a', 'a'] } }],
    ['a keyword that looks like another', { seo: { metaKeywords: ['a', 'a\u200b'] } }],
    ['a welcome text that is too long', { welcomeText: 'x'.repeat(2_001) }],
    ['a link by http in a welcome text', { welcomeText: 'See http://learn.test/a.' }],
    [
      'a link to an inside name in a welcome text',
      { welcomeText: 'See https://learn.test/a and https://files.internal/a' },
    ],
    ['a link with a password in a welcome text', { welcomeText: '(https://a:b@learn.test/a)' }],
    ['an experiment with one arm', { experiment: { ...experiment, arms: experiment.arms.slice(1), split: [1] } }],
    ['an experiment with five arms', { experiment: { ...experiment, arms: arms(5), split: [1, 1, 1, 1, 1] } }],
    ['an experiment with the same arm twice', { experiment: { ...experiment, arms: [...arms(1), ...arms(1)] } }],
    ['a split without a weight for each arm', { experiment: { ...experiment, split: [1, 1, 1] } }],
    ['a split that shows an arm to nobody', { experiment: { ...experiment, split: [100, 0] } }],
    ['an experiment without an end', { experiment: { arms: arms(2), split: [1, 1] } }],
    [
      'an arm with a label too long',
      { experiment: { ...experiment, arms: [...arms(1), { label: 'x'.repeat(61), ctaType: 'b' }] } },
    ],
    ['an image with white space', { seo: { ogImage: 'https://learn.test/a\u2028b.png' } }],
    ['a slug with capitals', { slug: 'Walls' }],
    ['a slug that climbs', { slug: '../walls' }],
    ['a slug that ends in a hyphen', { slug: 'walls-' }],
    ['a protected field that is none', { protectedFields: ['visibility'] }],
    ['a visibility', { visibility: 'public' }],
    ['a version', { version: 'v7' }],
    ['a count', { view_count: 3 }],
    ['another tenant', { tenant_id: 'globex' }],
  ])('with %s is refused', async (_what, draft) => {
    const { call } = await startAsEditor()

    const complete = { courseId: 'course_1', title: 'Walls', language: 'en' }
    const { status, body, events } = await call('POST', '', { ...complete, ...draft })

    expect({ status, code: body.code, events }).toEqual({ status: 400, code: 'request.invalid', events: [] })
  })
})

describe('a change', () => {
  it('is one event with the old and new values of the fields that really changed', async () => {
    const { create, call } = await startAsEditor()
    const before = await create()

    const { status, body, events } = await call(
      'PATCH',
      `/${before.id}`,
      { title: 'Green Walls', description: before.description, seo: { metaTitle: 'Walls' }, listed: false },
      `"${before.updatedAt}"`,
    )

    expect(status).toBe(200)
    expect(body).toEqual({
      ...before,
      title: 'Green Walls',
      seo: { ...before.seo, metaTitle: 'Walls' },
      listed: false,
      protectedFields: ['title', 'seo'],
      updatedAt: expect.any(String),
    })
    expect(body.updatedAt > before.updatedAt).toBe(true)
    expect(events).toMatchObject([
      {
        type: 'distribution.updated',
        timestamp: body.updatedAt,
        payload: {
          distribution_id: before.id,
          course_id: before.courseId,
          updated_fields: ['title', 'seo', 'listed', 'protected_fields'],
          old_values: {
            title: 'Vertical Gardens',
            seo: { meta_title: 'Vertical Gardens', meta_description: before.description, meta_keywords: ['gardeners'] },
            listed: true,
            protected_fields: [],
          },
          new_values: {
            title: 'Green Walls',
            seo: { meta_title: 'Walls', meta_description: before.description, meta_keywords: ['gardeners'] },
            listed: false,
            protected_fields: ['title', 'seo'],
          },
          updated_at: body.updatedAt,
        },
      },
    ])
  })

  it('without effect sends no event and keeps updated_at', async () => {
    const { create, change } = await startAsEditor()
    const before = await create()

    const { body, events } = await change(before.id, { title: before.title, seo: {}, slug: before.slug })

    expect([body, events]).toEqual([before, []])
  })

  it('can clear optional fields with null, and no others', async () => {
    const { create, change } = await startAsEditor()
    const { id, seo } = await create({ seo: { ogImage: 'https://learn.test/a.png', noindex: true } })

    const { body } = await change(id, { seo: { ogImage: null, noindex: null } })
    expect(body.seo).toEqual({ ...seo, ogImage: undefined, noindex: undefined })
    for (const nothing of [{ title: null }, { seo: { metaTitle: null } }, { cta: { label: null } }, { seo: null }]) {
      expect((await change(id, nothing)).status).toBe(400)
    }
  })

  it('cannot make a public entry or its public variants incomplete', async () => {
    const { create, change, call, derive } = await startAsEditor()
    const { id } = await create()
    const variant = await derive(id)
    await call('POST', `/${variant.id}/publish`)

    for (const entry of [id, variant.id]) {
      expect(await change(entry, { description: '' })).toMatchObject({
        status: 409,
        body: { code: 'distribution.incomplete', title: 'The distribution is incomplete: missing description' },
        events: [],
      })
    }
    await call('POST', `/${variant.id}/unpublish`, { reason: 'x' })
    expect((await change(id, { description: '' })).status).toBe(200)
  })

  it('needs If-Match', async () => {
    const { create, call } = await startAsEditor()
    const { id, updatedAt } = await create()
    const patch = (title: string, ifMatch?: string) => call('PATCH', `/${id}`, { title }, ifMatch)

    expect(await patch('A', '"a,*,b"')).toMatchObject({ status: 412, body: { code: 'if-match.stale' } })
    expect(await patch('A')).toMatchObject({ status: 428, body: { code: 'if-match.missing' } })
    expect((await patch('B', `"other", "${updatedAt}"`)).status).toBe(200)
    expect(await patch('C', `"${updatedAt}"`)).toMatchObject({
      status: 412,
      body: { code: 'if-match.stale' },
      events: [],
    })
    expect((await patch('D', `W/"${updatedAt}"`)).status).toBe(412)
    expect((await patch('E', '*')).body.title).toBe('E')
  })

  it('made twice from the same state succeeds once', async () => {
    const { create, call } = await startAsEditor()
    const { id, updatedAt } = await create()

    const answers = await Promise.all(
      ['A', 'B', 'C'].map((title) => call('PATCH', `/${id}`, { title }, `"${updatedAt}"`)),
    )

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412])
  })
})

describe('a course generated again', () => {
  const again = (title: string, completed_at: string) =>
    aGeneratedCourse({ course_id: 'course_1', title, description: `${title}!`, completed_at })

  it('refreshes only fields that no person has edited, and the list of these can be changed', async () => {
    const { take, call, change, read } = await startAsEditor()
    await take(again('One', '2026-01-01T00:00:00Z'))
    const { id, seo } = (await call('GET', '?courseId=course_1')).body.items[0]
    await change(id, { title: 'Mine', cta: { label: 'Go' } })

    await take(again('Two', '2026-01-02T00:00:00Z'))
    expect(await read(id)).toMatchObject({
      title: 'Mine',
      description: 'Two!',
      seo: { ...seo, metaTitle: 'Two', metaDescription: 'Two!' },
      cta: { label: 'Go' },
      protectedFields: ['title', 'cta'],
      visibility: 'private',
    })

    await change(id, { protectedFields: ['cta'] })
    await take(again('Three', '2026-01-03T00:00:00Z'))
    expect(await read(id)).toMatchObject({ title: 'Three', cta: { label: 'Go' }, protectedFields: ['cta'] })
  })
})

describe('slugs', () => {
  it('that an entry has given up redirect to it, and stay its own', async () => {
    const { create, change, call, callAny } = await startAsEditor()
    const { id } = await create({ slug: 'first' })
    await call('POST', `/${id}/publish`)

    expect((await change(id, { slug: 'second' })).events[0].payload).toMatchObject({
      updated_fields: ['slug'],
      old_values: { slug: 'first' },
      new_values: { slug: 'second' },
    })
    await change(id, { slug: 'third' })

    for (const old of ['first', 'second']) {
      const { status, headers } = await callAny('GET', `/api/courses/${old}`)
      expect([status, headers['location']]).toEqual([301, '/api/courses/third'])
    }
    expect(await call('POST', '', { courseId: 'c', title: 'x', language: 'en', slug: 'first' })).toMatchObject({
      status: 409,
      body: { code: 'slug.taken', title: expect.stringContaining('first-2 is free') },
    })
    expect((await create({ title: 'First' })).slug).toBe('first-2')
    expect((await change(id, { slug: 'first' })).body.slug).toBe('first')
    expect((await callAny('GET', '/api/courses/third')).headers['location']).toBe('/api/courses/first')
  })

  it('of a private entry lead nowhere', async () => {
    const { create, change, callAny } = await startAsEditor()
    const { id } = await create({ slug: 'first' })
    await change(id, { slug: 'second' })

    expect((await callAny('GET', '/api/courses/first')).status).toBe(404)
  })

  it('are unique among entries that want the same one at once', async () => {
    const { create } = await startAsEditor()

    const made = await Promise.all(Array.from({ length: 6 }, (_, n) => create({ courseId: `course_${n}` })))

    expect(new Set(made.map(({ slug }) => slug))).toEqual(
      new Set(['vertical-gardens', ...[2, 3, 4, 5, 6].map((n) => `vertical-gardens-${n}`)]),
    )
  })

  it('that two entries request by name at once go to one of them', async () => {
    const { create, call } = await startAsEditor()
    const made = await Promise.all([create({ courseId: 'a' }), create({ courseId: 'b' })])

    const answers = await Promise.all(made.map(({ id }) => call('PATCH', `/${id}`, { slug: 'wanted' }, '*')))

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  it('are also claimed for the previous version of this service, which does not know them', async () => {
    const { create, db, call } = await startAsEditor()
    const { id } = await create()
    await db.execute(sql`
      INSERT INTO distributions (id, tenant_id, course_id, is_generated, slug, title, description, language, target_group,
        seo, cta, visibility, version, created_at, updated_at)
      SELECT 'dist_before', tenant_id, course_id, false, 'walls', title, description, language, target_group,
        seo, cta, visibility, version, created_at, updated_at
      FROM distributions WHERE id = ${id}`)

    expect((await create({ title: 'Walls' })).slug).toBe('walls-2')
    expect((await call('PATCH', `/${id}`, { slug: 'walls' }, '*')).status).toBe(409)
  })

  it('are independent of those of other tenants', async () => {
    const { create, callAny } = await startAsEditor()
    await create({ slug: 'walls' })
    const body = { courseId: 'c', title: 'Walls', language: 'en', slug: 'walls' }

    const { status } = await callAny('POST', '/api/distributions', { roles: ['editor'], tenantId: 'globex', body })

    expect(status).toBe(201)
  })
})

describe('a deleted distribution', () => {
  it('is gone, its event names who deleted it, and its slugs are never reused', async () => {
    const { create, change, call, callAny } = await startAsEditor()
    const { id } = await create({ slug: 'first' })
    await call('POST', `/${id}/publish`)
    const { body } = await change(id, { slug: 'second' })

    const { status, events } = await call('DELETE', `/${id}`, undefined, `"${body.updatedAt}"`)

    expect(status).toBe(204)
    const [{ timestamp, payload }] = events
    expect(events).toMatchObject([{ type: 'distribution.deleted' }])
    expect(payload).toEqual({
      distribution_id: id,
      slug: 'second',
      course_id: 'course_1',
      deleted_at: timestamp,
      deleted_by: 'person-1',
    })
    expect(timestamp > body.updatedAt).toBe(true)
    expect((await call('GET', `/${id}`)).status).toBe(404)
    for (const slug of ['first', 'second']) {
      expect(await callAny('GET', `/api/courses/${slug}`)).toMatchObject({
        status: 410,
        body: { code: 'course.gone' },
      })
    }
    expect((await create({ title: 'Second' })).slug).toBe('second-2')
  })

  it('must be the version that was read', async () => {
    const { create, call } = await startAsEditor()
    const { id } = await create()

    expect((await call('DELETE', `/${id}`)).status).toBe(428)
    expect((await call('DELETE', `/${id}`, undefined, '"other"')).status).toBe(412)
    expect((await call('GET', `/${id}`)).status).toBe(200)
  })
})

describe('the list', () => {
  it('can be filtered by everything together', async () => {
    const { create, call } = await startAsEditor()
    await create({ title: '100% Gardens', targetGroup: ['a', 'b'] })
    await create({ title: '100 Gardens', language: 'de', description: 'x_y' })
    const { id } = await create({ title: 'Walls', courseId: 'course_2', targetGroup: ['b'] })
    await call('POST', `/${id}/publish`)
    const titlesOf = async (query: string) =>
      (await call('GET', `?${query}`)).body.items.map(({ title }: { title: string }) => title)

    expect(await titlesOf('q=100%25')).toEqual(['100% Gardens'])
    expect(await titlesOf('q=X_Y')).toEqual(['100 Gardens'])
    expect(await titlesOf('q=gardens')).toEqual(['100 Gardens', '100% Gardens'])
    expect(await titlesOf('visibility=public')).toEqual(['Walls'])
    expect(await titlesOf('language=de&visibility=private')).toEqual(['100 Gardens'])
    expect(await titlesOf('targetGroup=b')).toEqual(['Walls', '100% Gardens'])
    expect(await titlesOf('targetGroup=b&courseId=course_1')).toEqual(['100% Gardens'])
  })
})

describe('an entry with more text than is allowed now', () => {
  /** More words than a column of words can hold. */
  const endless = Array.from({ length: 120_000 }, (_, n) => `word${n}`).join(' ')

  it('is not published until it is fixed, and the answer says what is wrong', async () => {
    const { create, call, change, db } = await startAsEditor()
    const { id } = await create()
    await db.update(distributions).set({ title: '\u200b', description: endless })

    const refused = await call('POST', `/${id}/publish`)
    const mended = await change(id, { title: 'Walls', description: 'Green.' })
    const published = await call('POST', `/${id}/publish`)

    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'distribution.incomplete',
        title: 'The distribution is incomplete: missing title; too long description',
      },
    })
    expect(mended.events).toMatchObject([{ payload: { new_values: { description: 'Green.' }, old_values: {} } }])
    expect(published.status).toBe(200)
  })

  it('cannot be restored to that state while it is public', async () => {
    const { create, call, db } = await startAsEditor()
    const { id } = await create()
    await call('POST', `/${id}/versions`, { changelog: 'one' })
    await db.update(versions).set({ content: sql`content || jsonb_build_object('description', ${endless}::text)` })
    const { etag } = await call('POST', `/${id}/publish`)

    const { status, body, events } = await call('POST', `/${id}/versions/v1/restore`, undefined, etag)

    expect({ status, code: body.code, events }).toEqual({ status: 409, code: 'distribution.incomplete', events: [] })
  })
})

it('moments are written and read the same whatever settings the role has', async () => {
  const service = await startService()
  const database = new URL(service.databaseUrl).pathname.slice(1)
  await service.db.execute(sql.raw(`ALTER ROLE CURRENT_USER IN DATABASE ${database} SET DateStyle = 'German, DMY'`))
  await service.db.execute(sql.raw(`ALTER ROLE CURRENT_USER IN DATABASE ${database} SET TimeZone = 'Asia/Kathmandu'`))
  const ctx = await createContext(createConfig(service.databaseUrl), service.logs.logger)
  const { call, close } = createCaller(ctx)
  const asEditor = { roles: ['editor' as const] }

  const draft = { courseId: 'course_1', title: 'Moments', language: 'en' }
  const created = await call('POST', '/api/distributions', { ...asEditor, body: draft })
  const headers = { 'if-match': String(created.headers.etag) }
  const url = `/api/distributions/${created.body.id}`
  const edited = await call('PATCH', url, { ...asEditor, body: { title: 'Times' }, headers })
  await close()
  await ctx.close()

  expect([created.status, edited.status]).toEqual([201, 200])
  expect(edited.body.createdAt).toBe(created.body.createdAt)
  expect((await service.call('GET', url, asEditor)).body).toEqual(edited.body)
})

it.each([
  ['Latin letters', (n: number) => `wört${n.toString(36)}`],
  [
    'letters that are many when they are taken apart',
    (n: number) => String.fromCodePoint(0xac01 + (n % 11_000), 0xd55c, 0xae01),
  ],
])('an entry of the maximum length is published, however many words it has in %s', async (_what, word) => {
  const { create, call } = await startAsEditor()
  const words = (length: number, from = 0) =>
    Array.from({ length: length / 4 }, (_, n) => word(n + from))
      .join(' ')
      .slice(0, length)
      .trim()
  const { id } = await create({
    title: words(500),
    description: words(20_000, 100),
    targetGroup: Array.from({ length: 50 }, (_, n) => words(200, 6_000 + 100 * n)),
  })

  expect((await call('POST', `/${id}/publish`)).status).toBe(200)
})
