import { startLossyProxy, waitFor } from '@coursewire/servers'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createContext } from '../src/context.ts'
import { createCaller, createConfig, startAsEditor } from './helpers.ts'

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A public entry, at a moment that does not pass. */
async function startWithPublic(environment = {}) {
  const now = () => '2026-03-01T10:00:00.000000Z'
  const editor = await startAsEditor({ now }, environment)
  const { id, slug } = await editor.create()
  await editor.call('POST', `/${id}/publish`)
  const visit = (what: string, headers: Record<string, string> = {}, body?: object) =>
    editor.callAny('POST', `/api/courses/${slug}/${what}`, { body, headers: { 'user-agent': browser, ...headers } })
  return {
    ...editor,
    id,
    slug,
    now,
    view: (headers: Record<string, string> = {}, body?: object) => visit('views', headers, body),
    click: (ctaType = 'primary_button', headers: Record<string, string> = {}) =>
      visit('enrollment-clicks', headers, { ctaType }),
    /** Uses the database's clock. */
    passWindow: () => editor.db.execute(sql`UPDATE view_counts SET told_at = told_at - interval '60 s'`),
    readCounts: async () => (await editor.db.execute(sql`SELECT * FROM counts`)).rows,
    readTold: async (type: string) =>
      (await editor.readOutbox()).map(({ event }) => event).filter((event) => event.type === `distribution.${type}`),
  }
}

/** Lets an entry try out two calls to action. */
async function tryOut({ id, change }: Awaited<ReturnType<typeof startWithPublic>>): Promise<void> {
  const arms = ['arm_a', 'arm_b'].map((ctaType) => ({ label: ctaType, ctaType }))
  await change(id, { experiment: { arms, split: [1, 1], endsAt: '2030-01-01T00:00:00Z' } })
}

describe('views', () => {
  it('are announced once per window and category, with the running total', async () => {
    const here = await startWithPublic()

    for (let count = 0; count < 5; count += 1) expect((await here.view()).status).toBe(202)
    await here.view({ referer: 'https://www.google.com/' })
    const first = await waitFor(async () => {
      const told = await here.readTold('viewed')
      return told.length === 2 && told
    })
    expect(first.map(({ payload }) => payload)).toEqual(
      expect.arrayContaining(
        [
          { referrer_category: 'direct', referrer_view_count: 5 },
          { referrer_category: 'organic_search', referrer_view_count: 1 },
        ].map((category) => ({
          distribution_id: here.id,
          slug: here.slug,
          view_count: 6,
          viewed_at: '2026-03-01T10:00:00.000000Z',
          ...category,
        })),
      ),
    )

    await here.view()
    await here.view()
    await waitFor(async () => (await here.readCounts())[0]?.['views'] === '8')
    expect(await here.readTold('viewed')).toHaveLength(2)
    await here.passWindow()
    const [, , third] = await waitFor(async () => {
      const told = await here.readTold('viewed')
      return told.length === 3 && told
    })
    expect(third.payload).toMatchObject({ view_count: 8, referrer_category: 'direct' })
  })

  it('of several instances add up exactly, and those in memory are written before the end', async () => {
    const here = await startWithPublic()
    const others = await Promise.all(
      [1, 2].map(async () => {
        const ctx = await createContext(createConfig(here.databaseUrl), here.logs.logger, {
          now: here.now,
        })
        const { call, close } = createCaller(ctx)
        return { ctx, callAny: call, close }
      }),
    )

    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        (others[n % 2] ?? here).callAny('POST', `/api/courses/${here.slug}/views`, {
          headers: { 'user-agent': browser },
        }),
      ),
    )
    for (const { ctx, close } of others) {
      await close()
      await ctx.close()
    }

    expect(await here.readCounts()).toMatchObject([{ views: '300', clicks: '0' }])
    expect(await here.readTold('viewed')).toHaveLength(1)
  })

  it('are added once if the outcome of a commit is unknown, together with later ones', async () => {
    const here = await startWithPublic()
    const proxy = await startLossyProxy(here.databaseUrl)
    onTestFinished(() => proxy.close())
    const ctx = await createContext(createConfig(proxy.url), here.logs.logger, {
      now: here.now,
    })
    const seen = { tenantId: 'acme', slug: here.slug, referrerCategory: 'direct', ctaType: null } as const
    ctx.counts.view(seen)
    ctx.counts.view(seen)

    proxy.loseAnswerTo('commit')
    await waitFor(() => here.logs.find('Views cannot be written now').length > 0)
    ctx.counts.view(seen)
    await ctx.close()

    expect(proxy.countLost()).toBe(1)
    expect(await here.readCounts()).toMatchObject([{ views: '3' }])
    expect((await here.db.execute(sql`SELECT FROM view_batches`)).rowCount).toBe(0)
  })

  it('by a beacon have the referrer of its page, which its own header cannot tell', async () => {
    const here = await startWithPublic()
    const ownPage = { referer: `https://learn.test/courses/${here.slug}` }

    await here.view(ownPage, { referrer: 'https://www.google.com/' })
    await here.view(ownPage, { referrer: '' })
    await here.view(ownPage, {})

    const told = await waitFor(async () => {
      const events = await here.readTold('viewed')
      return events.length === 3 && events
    })
    const categories = new Set(told.map(({ payload }) => payload.referrer_category))
    expect(categories).toEqual(new Set(['direct', 'internal', 'organic_search']))
  })

  it('are added up by the call to action that was shown', async () => {
    const here = await startWithPublic()

    for (const ctaType of ['banner', 'banner', 'footer']) await here.view({}, { ctaType })
    await here.view({ referer: 'https://www.google.com/' }, { ctaType: 'banner' })
    await here.view()

    // Those that were told before the last one are told again with the totals.
    await waitFor(async () => (await here.readCounts())[0]?.['views'] === '5')
    await here.db.execute(sql`UPDATE view_counts SET is_behind = true, told_at = 'epoch'`)
    const totals = await waitFor(async () => {
      const events = (await here.readTold('viewed')).filter(({ payload }) => payload.view_count === 5)
      const found = new Set(
        events.map(({ payload }) =>
          [payload.cta_type, payload.cta_view_count, payload.referrer_category, payload.referrer_view_count].join(),
        ),
      )
      return found.size === 4 && found
    })
    expect([...totals].toSorted()).toEqual([
      ',,direct,4',
      'banner,3,direct,4',
      'banner,3,organic_search,1',
      'footer,1,direct,4',
    ])
  })

  it('with calls to action that somebody makes up are counted without them, but for that of the entry', async () => {
    const here = await startWithPublic()
    const readTypes = async () => {
      const { rows } = await here.db.execute<{ type: string; views: string }>(
        sql`SELECT cta_type AS type, sum(views) AS views FROM view_counts GROUP BY cta_type`,
      )
      return new Map(rows.map(({ type, views }) => [type, Number(views)]))
    }
    const count = async () => [...(await readTypes()).values()].reduce((sum, views) => sum + views, 0)

    for (let number = 0; number < 30; number += 1) await here.view({}, { ctaType: `made_up_${number}` })
    await waitFor(async () => (await count()) === 30)
    await here.view({}, { ctaType: 'primary_button' })
    await here.view({}, { ctaType: 'made_up_0' })
    await here.view({}, { ctaType: 'made_up_99' })
    await waitFor(async () => (await count()) === 33)

    const types = await readTypes()
    expect(types.size).toBe(21)
    expect([types.get('primary_button'), types.get('made_up_0'), types.get('')]).toEqual([1, 2, 12])
  })

  it('with calls to action that the entry tries out count, however many others somebody has made up', async () => {
    const here = await startWithPublic()
    for (let number = 0; number < 30; number += 1) await here.view({}, { ctaType: `made_up_${number}` })
    await waitFor(async () => (await here.readCounts())[0]?.['views'] === '30')
    await tryOut(here)

    for (const ctaType of ['arm_a', 'arm_b', 'arm_b', 'arm_c']) await here.view({}, { ctaType })
    await waitFor(async () => (await here.readCounts())[0]?.['views'] === '34')

    const { rows } = await here.db.execute(
      sql`SELECT cta_type AS type, views FROM view_counts WHERE cta_type LIKE 'arm%' ORDER BY 1`,
    )
    expect(rows).toEqual([
      { type: 'arm_a', views: '1' },
      { type: 'arm_b', views: '2' },
    ])
  })

  it('are refused in any other form than JSON, and with anything else in them', async () => {
    const here = await startWithPublic()
    const plain = { 'content-type': 'text/plain;charset=UTF-8' }

    expect((await here.view(plain, Buffer.from('{"referrer":""}'))).status).toBe(415)
    for (const body of [{ ctaType: 'A B' }, { referrer: 1 }, { visitor: 'x' }, []]) {
      expect((await here.view({}, body)).status).toBe(400)
    }
    expect((await here.view({}, { referrer: `https://blog.example/${'x'.repeat(5_000)}` })).status).toBe(413)
  })

  it('by crawlers, and of entries that are not public, are not counted', async () => {
    const here = await startWithPublic()
    const hidden = await here.create()

    expect((await here.view({ 'user-agent': 'Googlebot/2.1' })).status).toBe(202)
    expect((await here.view({ 'sec-purpose': 'prefetch' })).status).toBe(202)
    for (const slug of ['unknown', hidden.slug]) {
      const headers = { 'user-agent': browser }
      expect((await here.callAny('POST', `/api/courses/${slug}/views`, { headers })).status).toBe(202)
    }
    await here.view()

    await waitFor(async () => (await here.readTold('viewed')).length === 1)
    expect(await here.readCounts()).toMatchObject([{ distribution_id: here.id, views: '1' }])
  })
})

describe('clicks', () => {
  it('are each on disk before the answer, and announced with the running total', async () => {
    const here = await startWithPublic()

    expect((await here.click()).status).toBe(202)
    expect((await here.click('banner')).status).toBe(202)

    expect(await here.readCounts()).toMatchObject([{ clicks: '2' }])
    expect((await here.readTold('enrollment_clicked')).map(({ payload }) => payload)).toEqual(
      ['primary_button', 'banner'].map((cta_type, index) => ({
        distribution_id: here.id,
        slug: here.slug,
        enrollment_count: index + 1,
        clicked_at: '2026-03-01T10:00:00.000000Z',
        cta_type,
        cta_enrollment_count: 1,
      })),
    )
  })

  it('have a total for each call to action, those of other entries apart', async () => {
    const here = await startWithPublic()
    const other = await here.create()
    await here.call('POST', `/${other.id}/publish`)
    const clickOther = () =>
      here.callAny('POST', `/api/courses/${other.slug}/enrollment-clicks`, {
        body: { ctaType: 'banner' },
        headers: { 'user-agent': browser },
      })

    await clickOther()
    for (const ctaType of ['primary_button', 'banner', 'primary_button', 'banner']) await here.click(ctaType)
    await Promise.all([here.click('banner'), here.click('primary_button'), here.click('banner'), clickOther()])

    const told = await here.readTold('enrollment_clicked')
    const totals = (id: string, ctaType: string) =>
      told
        .filter(({ payload }) => payload.distribution_id === id && payload.cta_type === ctaType)
        .map(({ payload }) => payload.cta_enrollment_count)
    expect(totals(here.id, 'primary_button')).toEqual([1, 2, 3])
    expect(totals(here.id, 'banner')).toEqual([1, 2, 3, 4])
    expect(totals(other.id, 'banner')).toEqual([1, 2])
  })

  it('of made-up calls to action fill no table: after twenty only the known ones and its own have a total', async () => {
    const here = await startWithPublic()

    await Promise.all(Array.from({ length: 30 }, (_, index) => here.click(`made_up_${index}`)))
    await here.click('primary_button')
    await here.click('made_up_late')

    const told = await here.readTold('enrollment_clicked')
    const counted = told.filter(({ payload }) => payload.cta_enrollment_count !== undefined)
    expect(told).toHaveLength(32)
    expect(counted).toHaveLength(21)
    expect(counted.at(-1)?.payload.cta_type).toBe('primary_button')
    expect(told.map(({ payload }) => payload.enrollment_count)).toEqual(told.map((_, index) => index + 1))
  })

  it('of calls to action that the entry tries out have totals, however many others somebody has made up', async () => {
    const here = await startWithPublic()
    await Promise.all(Array.from({ length: 30 }, (_, index) => here.click(`made_up_${index}`)))
    await tryOut(here)

    for (const ctaType of ['arm_a', 'arm_b', 'arm_b', 'arm_c']) await here.click(ctaType)

    const told = (await here.readTold('enrollment_clicked')).map(({ payload }) => payload)
    const totals = told.flatMap(({ cta_type, cta_enrollment_count: total }) =>
      cta_type.startsWith('arm') ? [[cta_type, total]] : [],
    )
    expect(totals).toEqual([
      ['arm_a', 1],
      ['arm_b', 1],
      ['arm_b', 2],
      ['arm_c', undefined],
    ])
  })

  it('at the same time add up exactly, each with its own total', async () => {
    const here = await startWithPublic()

    const answers = await Promise.all(Array.from({ length: 100 }, () => here.click()))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const totals = (await here.readTold('enrollment_clicked')).map(({ payload }) => payload.enrollment_count)
    expect(totals).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  it('on missing or hidden entries are dropped, and of an unknown kind are refused', async () => {
    const here = await startWithPublic()
    const hidden = await here.create()

    const headers = { 'user-agent': browser }
    for (const slug of ['unknown', hidden.slug]) {
      const url = `/api/courses/${slug}/enrollment-clicks`
      expect((await here.callAny('POST', url, { body: { ctaType: 'a' }, headers })).status).toBe(202)
    }
    expect((await here.click('primary_button', { 'user-agent': 'curl/8' })).status).toBe(202)
    for (const ctaType of ['', 'A B', 'x'.repeat(51)]) expect((await here.click(ctaType)).status).toBe(400)
    expect((await here.click('x'.repeat(5_000))).status).toBe(413)

    expect(await here.readCounts()).toEqual([])
  })
})

it('an old slug counts as the new one, also in the same batch', async () => {
  const here = await startWithPublic()
  const first = here.slug
  await here.change(here.id, { slug: 'second' })
  await here.change(here.id, { slug: 'third' })
  const send = (slug: string, what: string, body?: object) =>
    here.callAny('POST', `/api/courses/${slug}/${what}`, { body, headers: { 'user-agent': browser } })
  const slugs = [first, 'second', 'third', first]

  for (const slug of slugs) await send(slug, 'views')
  const answers = await Promise.all(slugs.map((slug) => send(slug, 'enrollment-clicks', { ctaType: 'banner' })))
  await waitFor(async () => (await here.readTold('viewed')).length === 1)

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
  expect(await here.readCounts()).toMatchObject([{ distribution_id: here.id, views: '4', clicks: '4' }])
  expect((await here.readTold('viewed')).map(({ payload }) => [payload.slug, payload.view_count])).toEqual([
    ['third', 4],
  ])
  expect(
    (await here.readTold('enrollment_clicked')).map(({ payload }) => [payload.slug, payload.enrollment_count]),
  ).toEqual([1, 2, 3, 4].map((count) => ['third', count]))
})

it('one address is counted up to a limit per minute, which does not affect others', async () => {
  const here = await startWithPublic()
  const headers = { 'user-agent': browser }
  const view = async (from: string) =>
    here.callAny('POST', `/api/courses/${here.slug}/views`, { headers, from }).then(({ status }) => status)

  const statuses: number[] = []
  while (statuses.length < 601) statuses.push(await view('192.0.2.1'))
  // One subscriber of IPv6 has a network of addresses.
  for (let index = 0; index < 600; index += 1) await view(`2001:db8::${index.toString(16)}`)
  const click = await here.callAny('POST', `/api/courses/${here.slug}/enrollment-clicks`, {
    headers,
    body: { ctaType: 'banner' },
    from: '192.0.2.1',
  })

  expect(statuses).toEqual([...Array<number>(600).fill(202), 429])
  expect(click).toMatchObject({ status: 429, body: { code: 'counts.too-many' } })
  expect(Number(click.headers['retry-after'])).toBeGreaterThan(0)
  expect(await view('192.0.2.2')).toBe(202)
  expect([await view('2001:db8::ffff'), await view('2001:db8:0:1::1')]).toEqual([429, 202])
})

it.each([
  ['a balancer that is trusted', '10.0.0.1', 202],
  ['anybody else', '192.0.2.1', 429],
])('only a named proxy is believed about X-Forwarded-For (%s)', async (_who, from, status) => {
  const here = await startWithPublic({ TRUST_PROXY: '10.0.0.0/8' })
  const view = async (visitor: string) => {
    const headers = { 'user-agent': browser, 'x-forwarded-for': visitor }
    return (await here.callAny('POST', `/api/courses/${here.slug}/views`, { headers, from })).status
  }

  await Promise.all(Array.from({ length: 600 }, () => view('192.0.2.77')))

  expect(await view('192.0.2.78')).toBe(status)
})

it('nothing about a visitor is stored, logged or sent, not even about a refused one', async () => {
  const here = await startWithPublic({ TRUST_PROXY: '10.0.0.0/8' })
  const headers = {
    'user-agent': `${browser} Secretive/1.0`,
    'x-request-id': 'secret-id',
    traceparent: '00-5ec2e75ec2e75ec2e75ec2e75ec2e75e-5ec2e75ec2e75ec2-01',
    referer: 'https://blog.example/from-a-secret-page?user=4711',
    cookie: 'session=secret-session',
    'x-forwarded-for': '203.0.113.77',
    authorization: 'Bearer secret-token',
  }
  const url = `/api/courses/${here.slug}`
  const send = (path: string, body?: unknown, more = {}) =>
    here.callAny('POST', `${url}${path}`, { headers: { ...headers, ...more }, body, from: '10.20.30.40' })

  const answers = [
    await send('/views?utm_source=secret-source&utm_medium=email'),
    await send('/views'),
    await send('/views', { referrer: 'https://blog.example/from-a-secret-page?user=4711', ctaType: 'primary_button' }),
    await send('/views', { referrer: 'secret', visitor: 'secret' }),
    await send('/views', undefined, { 'user-agent': 'secret-bot' }),
    await send('/enrollment-clicks', { ctaType: 'primary_button' }),
    await send('/enrollment-clicks', { ctaType: 'primary_button', secret: 'secret' }),
    await send('/enrollment-clicks', { ctaType: 'secret@blog.example' }),
    await here.callAny('POST', '/api/courses/secret@blog.example/views', { headers, from: '10.20.30.40' }),
  ]
  let last = 202
  while (last === 202) last = (await send('/views')).status
  await waitFor(async () => (await here.readTold('viewed')).length === 3)

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 400, 202, 202, 400, 400, 202])
  expect(last).toBe(429)
  const { rows: tables } = await here.db.execute<{ name: string }>(
    sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  )
  const stored = await Promise.all(
    tables.map(({ name }) => here.db.execute(sql`SELECT to_jsonb(t) AS row FROM ${sql.identifier(name)} t`)),
  )
  expect(here.logs.find('Request refused').length).toBeGreaterThan(2)
  const all = JSON.stringify([stored.map(({ rows }) => rows), await here.readOutbox(), here.logs.lines])
  for (const trace of ['secret', '203.0.113.77', 'blog.example', '10.20.30.40', 'Firefox', '4711', '5ec2e7']) {
    expect(all.toLowerCase()).not.toContain(trace.toLowerCase())
  }
})
