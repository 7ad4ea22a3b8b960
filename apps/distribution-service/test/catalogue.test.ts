import { aGeneratedCourse, aStagedCourse, waitFor } from '@coursewire/testing'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createContext } from '../src/context.ts'
import { createCaller, createConfig, startAsEditor } from './helpers.ts'
import { type Editor, find, publish, startWithPublic } from './public-entries.ts'

const look = (editor: Editor, slug: string, headers: Record<string, string> = {}) =>
  editor.callAny('GET', `/api/courses/${slug}`, { headers })

describe('the page of a course', () => {
  it('has no internal fields, and reading it does not count as a view', async () => {
    const editor = await startAsEditor()
    await editor.take(aGeneratedCourse({ course_id: 'course_1', title: 'Gardens' }))
    await editor.take(aStagedCourse({ course_id: 'course_1' }))
    const { body: all } = await editor.call('GET', '')
    const published = (await editor.call('POST', `/${all.items[0].id}/publish`)).body
    const headers = { 'user-agent': 'Mozilla/5.0 Firefox/140.0' }
    await editor.callAny('POST', '/api/courses/gardens/enrollment-clicks', { body: { ctaType: 'x' }, headers })

    const { status, body } = await look(editor, 'gardens')

    const entry = {
      distributionId: published.id,
      courseId: 'course_1',
      slug: 'gardens',
      canonicalUrl: 'https://learn.test/courses/gardens',
      title: 'Gardens',
      description: 'Plants on walls, from the first pot to the last.',
      language: 'en',
      targetGroup: ['gardeners'],
      totalLessons: 12,
      version: 'v1',
      seo: {
        metaTitle: 'Gardens',
        metaDescription: 'Plants on walls, from the first pot to the last.',
        metaKeywords: ['gardeners'],
      },
      cta: { label: 'Enroll now', type: 'primary_button' },
      experiment: null,
      workload: null,
      startsAt: null,
      updatedAt: published.updatedAt,
    }
    expect(status).toBe(200)
    expect(body).toEqual({ ...entry, alternatives: [], variants: [] })
    expect((await editor.callAny('GET', '/api/courses')).body).toEqual({ items: [entry], nextCursor: null })
  })

  it('is answered with 404 if the entry is hidden or never existed', async () => {
    const editor = await startWithPublic({ title: 'Hidden' })

    for (const slug of ['hidden', 'absent', '..%2F..%2Fetc%2Fpasswd']) {
      const { status, body, headers } = await look(editor, slug)
      expect({ slug, status, title: body.title }).toEqual({ slug, status: 404, title: 'Course not found' })
      expect(headers['cache-control']).toBe('no-cache')
    }
  })

  it('names the listed entries of the course in other languages, and its variants', async () => {
    const editor = await startWithPublic({ title: 'Gardens', courseId: 'c' })
    const { body: all } = await editor.call('GET', '')
    const variant = await editor.derive(all.items[0].id, { title: 'Gardens on balconies', slug: 'balconies' })
    await editor.call('POST', `/${variant.id}/publish`)
    const hidden = await editor.derive(all.items[0].id, { targetGroup: ['roofs'], slug: 'roofs' })
    const unlisted = await publish(editor, { title: 'Jardins', courseId: 'c', language: 'fr', listed: false })
    await publish(editor, { title: 'Gärten', courseId: 'c', language: 'de' })
    await publish(editor, { title: 'Pilots' })

    const { body: root } = await look(editor, 'gardens')
    const { body: child } = await look(editor, 'balconies')

    const german = {
      slug: 'gaerten',
      url: 'https://learn.test/courses/gaerten',
      title: 'Gärten',
      language: 'de',
      targetGroup: ['readers'],
    }
    expect(root.alternatives).toEqual([german])
    expect(root.variants).toEqual([
      {
        slug: 'balconies',
        url: 'https://learn.test/courses/balconies',
        title: 'Gardens on balconies',
        language: 'en',
        targetGroup: ['balconies'],
      },
    ])
    expect([child.alternatives, child.variants]).toEqual([[german], []])
    expect((await look(editor, unlisted.slug)).status).toBe(200)
    expect((await look(editor, hidden.slug)).status).toBe(404)
  })

  it('of a variant has its parent as canonical URL, unless that is hidden', async () => {
    const editor = await startWithPublic({ title: 'Gardens' })
    const { body: all } = await editor.call('GET', '')
    const { id } = await editor.derive(all.items[0].id, { slug: 'balconies' })
    await editor.call('POST', `/${id}/publish`)

    const before = await look(editor, 'balconies')
    await editor.call('POST', `/${all.items[0].id}/unpublish`, { reason: 'test' })
    const after = await look(editor, 'balconies')

    expect([before.body.canonicalUrl, after.body.canonicalUrl]).toEqual([
      'https://learn.test/courses/gardens',
      'https://learn.test/courses/balconies',
    ])
  })

  it('is sent again only if it has changed, and caches must ask each time', async () => {
    const editor = await startAsEditor()
    const { id, slug } = await publish(editor, { title: 'Gardens' })
    const ask = (ifNoneMatch: string) => look(editor, slug, { 'if-none-match': ifNoneMatch })
    const { headers } = await look(editor, slug)
    const etag = String(headers.etag)

    expect(headers['cache-control']).toBe('no-cache')
    expect(await ask(etag)).toMatchObject({ status: 304, body: null, headers: { etag, 'cache-control': 'no-cache' } })
    expect(etag).toMatch(/^W\/"/)
    expect(await ask(`"other", ${etag}`)).toMatchObject({ status: 304 })
    expect(await ask(etag.replace('W/', ''))).toMatchObject({ status: 304 })
    expect(await ask('*')).toMatchObject({ status: 304 })
    expect(await ask('"other"')).toMatchObject({ status: 200 })

    await editor.change(id, { description: 'Moss.' })
    expect(await ask(etag)).toMatchObject({ status: 200, body: { description: 'Moss.' } })
  })

  it('soon follows a new generation of CourseFactory', async () => {
    const editor = await startAsEditor()
    await editor.take(aGeneratedCourse({ course_id: 'c', title: 'Gardens' }))
    const { body } = await editor.call('GET', '')
    await editor.call('POST', `/${body.items[0].id}/publish`)
    await look(editor, 'gardens')

    await editor.take(aGeneratedCourse({ course_id: 'c', total_lessons: 13, completed_at: '2026-01-01T00:00:00Z' }))

    await expect.poll(async () => (await look(editor, 'gardens')).body.totalLessons, { timeout: 10_000 }).toBe(13)
  })
})

describe('an unpublished entry', () => {
  /** Another instance of the service, on the same database. */
  async function startAnother({ databaseUrl, logs }: Editor) {
    const ctx = await createContext(createConfig(databaseUrl), logs.logger)
    const { call, close } = createCaller(ctx)
    onTestFinished(async () => {
      await close()
      await ctx.close()
    })
    return async (slug: string) => (await call('GET', `/api/courses/${slug}`)).status
  }

  it.each([
    ['unpublish', 404],
    ['delete', 410],
    ['schedule', 404],
  ] as const)('by %s is not served from the moment that has committed, and soon nowhere', async (what, status) => {
    let time = '2026-03-01T10:00:00.000000Z'
    const editor = await startAsEditor({ now: () => time })
    const { id, slug } = await publish(editor, { title: 'Gardens' })
    const takeBack = {
      unpublish: () => editor.call('POST', `/${id}/unpublish`, { reason: 'test' }),
      delete: () => editor.call('DELETE', `/${id}`, undefined, '*'),
      async schedule() {
        // The other instance does not live to see it.
        const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
        await editor.call('PUT', `/${id}/schedule`, { unpublishAt: inAnHour, reason: 'test' })
        time = inAnHour.replace('Z', '000Z')
        await waitFor(async () => (await editor.read(id)).visibility === 'private')
      },
    }
    const lookElsewhere = await startAnother(editor)
    // It is in both caches, and asked for all the time.
    let isGone = false
    let elsewhere = 200
    let servedTooLong = 0
    const askAllTheTime = async () => {
      while (elsewhere === 200) {
        const wasGone = isGone
        if ((await look(editor, slug)).status === 200 && wasGone) servedTooLong += 1
        elsewhere = await lookElsewhere(slug)
      }
    }
    await look(editor, slug)
    await lookElsewhere(slug)

    const asking = askAllTheTime()
    await takeBack[what]()
    isGone = true
    await asking

    expect({ elsewhere, servedTooLong }).toEqual({ elsewhere: status, servedTooLong: 0 })
    expect((await look(editor, slug)).status).toBe(status)
  })

  it('is not in a list that is being read meanwhile', async () => {
    const editor = await startWithPublic({ title: 'Stays' })
    const { id } = await publish(editor, { title: 'Goes' })
    const query = Reflect.get(pg.Pool.prototype, 'query')
    onTestFinished(() => void Reflect.set(pg.Pool.prototype, 'query', query))
    // Between the statement that finds what is listed and the one that reads it.
    Reflect.set(pg.Pool.prototype, 'query', async function (this: pg.Pool, config: pg.QueryConfig, ...rest: unknown[]) {
      if (config.name === 'find-listed') await editor.call('POST', `/${id}/unpublish`, { reason: 'test' })
      return Reflect.apply(query, this, [config, ...rest])
    })

    expect(await find(editor, {})).toEqual(['Stays'])
  })
})

describe('the list', () => {
  it('has the entries of the tenant of the requested host', async () => {
    const editor = await startWithPublic({ title: 'Ours' })
    const roles = { roles: ['editor' as const], tenantId: 'globex' }
    const draft = { courseId: 'c', title: 'Theirs', description: 'x', language: 'en' }
    const { body } = await editor.callAny('POST', '/api/distributions', { ...roles, body: draft })
    await editor.callAny('POST', `/api/distributions/${body.id}/publish`, roles)

    const theirs = await editor.callAny('GET', '/api/courses', { headers: { host: 'globex.test' } })

    expect(await find(editor, {})).toEqual(['Ours'])
    expect(theirs.body.items).toMatchObject([{ title: 'Theirs' }])
    expect((await look(editor, 'theirs')).status).toBe(404)
  })

  it('shows each course in the best language for the reader, the best first', async () => {
    const editor = await startWithPublic(
      { title: 'Austrian', courseId: 'a', language: 'de-AT' },
      { title: 'German', courseId: 'a', language: 'de' },
      { title: 'English', courseId: 'a', language: 'en' },
      { title: 'German too', courseId: 'b', language: 'de' },
      { title: 'English too', courseId: 'b', language: 'en' },
      { title: 'English only', courseId: 'c', language: 'en' },
      { title: 'French only', courseId: 'd', language: 'fr' },
      { title: 'Swiss only', courseId: 'e', language: 'de-CH' },
      { title: 'Hidden', courseId: 'c', language: 'de-AT' },
      { title: 'Unlisted', courseId: 'c', language: 'de', listed: false },
    )

    const forAustrians = ['Austrian', 'German too', 'Swiss only', 'English only']
    expect(await find(editor, { language: 'de-AT' })).toEqual(forAustrians)
    expect(await find(editor, { language: 'de-AT' }, 1)).toEqual(forAustrians)
    expect(await find(editor, { language: 'DE-at' })).toEqual(forAustrians)
    expect(await find(editor, { language: 'de' })).toEqual(['German too', 'German', 'Swiss only', 'English only'])
    expect(await find(editor, { language: 'en-GB' })).toEqual(['English only', 'English too', 'English'])
    expect(await find(editor, { language: 'fr' })).toEqual(['French only', 'English only', 'English too', 'English'])
  })

  it('can be filtered by target group, alone or with a language', async () => {
    const editor = await startWithPublic(
      { title: 'One', language: 'de', targetGroup: ['students', 'gardeners'] },
      { title: 'Two', language: 'en', targetGroup: ['gardeners'] },
      { title: 'Three', language: 'de', targetGroup: ['pilots'] },
      { title: 'Hidden', language: 'de' },
    )

    expect(await find(editor, { targetGroup: 'gardeners' })).toEqual(['Two', 'One'])
    expect(await find(editor, { targetGroup: 'gardeners', language: 'de' })).toEqual(['One', 'Two'])
    expect(await find(editor, { targetGroup: 'nobody' })).toEqual([])
  })

  it('can be of some courses, alone or with a language and words', async () => {
    const editor = await startWithPublic(
      { title: 'English', courseId: 'a' },
      { title: 'German', courseId: 'a', language: 'de' },
      { title: 'Other', courseId: "b'\\ c" },
      { title: 'Third', courseId: 'd' },
      { title: 'Hidden', courseId: 'e' },
      { title: 'Unlisted', courseId: 'f', listed: false },
    )

    const all = "d,a,b'\\ c,e,f,unknown,a"
    expect(await find(editor, { courseId: 'a' })).toEqual(['German', 'English'])
    expect(await find(editor, { courseId: all }, 2)).toEqual(['Third', 'Other', 'German', 'English'])
    expect(await find(editor, { courseId: all, language: 'de' })).toEqual(['German', 'Third', 'Other'])
    expect(await find(editor, { courseId: all, q: 'third' })).toEqual(['Third'])
    expect(await find(editor, { courseId: 'a,b', q: 'third' })).toEqual([])
    expect(await find(editor, { courseId: 'a,d', targetGroup: 'nobody' })).toEqual([])
    const theirs = await editor.callAny('GET', '/api/courses?courseId=a', { headers: { host: 'globex.test' } })
    expect(theirs.body.items).toEqual([])
  })

  it('is of at most a hundred different courses', async () => {
    const editor = await startAsEditor()
    const askFor = async (count: number, more = '') => {
      const ids = Array.from({ length: count }, (_, index) => `course-${index}`).join()
      return (await editor.callAny('GET', `/api/courses?courseId=${ids}${more}`)).status
    }

    expect([await askFor(100), await askFor(100, ',course-1'), await askFor(101)]).toEqual([200, 200, 400])
  })

  it('is sent again only if it has changed', async () => {
    const editor = await startWithPublic({ title: 'Gardens' })
    const { headers } = await editor.callAny('GET', '/api/courses')
    const ask = () => editor.callAny('GET', '/api/courses', { headers: { 'if-none-match': String(headers.etag) } })

    expect(await ask()).toMatchObject({ status: 304, body: null, headers: { 'cache-control': 'no-cache' } })
    await publish(editor, { title: 'Moss' })
    expect(await ask()).toMatchObject({ status: 200 })
  })

  it('is the same for a link with added tracking parameters', async () => {
    const editor = await startWithPublic({ title: 'Gardens' }, { title: 'Moss' })
    const added = [
      'utm_source=x',
      'UTM_Campaign=y',
      'utm_anything=z',
      'fbclid=1',
      'gclid=2',
      'mc_eid=3',
      '_ga=4',
      'mtm_cid=5',
    ]

    const { status, body, headers } = await editor.callAny('GET', `/api/courses?q=moss&${added.join('&')}&fbclid=twice`)
    const plain = await editor.callAny('GET', '/api/courses?q=moss')

    expect(status).toBe(200)
    expect([body, headers.etag]).toEqual([plain.body, plain.headers.etag])
  })

  it('refuses any other parameter', async () => {
    const editor = await startAsEditor()

    for (const query of [
      'limit=101',
      'courseId=a,,b',
      'courseId=',
      `courseId=${'x'.repeat(129)}`,
      'cursor=x',
      'cursor=0.3.dist_',
      'sort=title',
      'utm=x',
      'xfbclid=x',
      'language=de%27%20OR%20true--',
    ]) {
      const { status } = await editor.callAny('GET', `/api/courses?${query}`)
      expect({ query, status }).toEqual({ query, status: 400 })
    }
  })
})
