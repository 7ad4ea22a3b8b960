import { waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { createCaller, createConfig, startAsEditor } from './helpers.ts'

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A public entry, and a clock that a test can set. */
async function startWithPublic() {
  let time = '2026-03-01T10:00:00.000000Z'
  const now = () => time
  const editor = await startAsEditor({ now })
  const { id, slug } = await editor.create()
  await editor.call('POST', `/${id}/publish`)
  const visit = (what: string, headers: Record<string, string> = {}, body?: object) =>
    editor.callAny('POST', `/api/courses/${slug}/${what}`, { body, headers: { 'user-agent': browser, ...headers } })
  return {
    ...editor,
    id,
    slug,
    now,
    view: (headers: Record<string, string> = {}, query = '') => visit(`views${query}`, headers),
    click: (ctaType = 'primary_button', headers: Record<string, string> = {}) =>
      visit('enrollment-clicks', headers, { ctaType }),
    setClock: (at: string) => {
      time = at
    },
    readCounts: async () => (await editor.db.execute(sql`SELECT * FROM counts`)).rows,
    readTold: async (type: string) =>
      (await editor.readOutbox()).map(({ event }) => event).filter((event) => event.type === `distribution.${type}`),
  }
}

describe('views', () => {
  it('are told of once a window and category, with the running total', async () => {
    const here = await startWithPublic()

    for (let count = 0; count < 5; count += 1) expect((await here.view()).status).toBe(202)
    await here.view({ referer: 'https://www.google.com/' })
    const first = await waitFor(async () => {
      const told = await here.readTold('viewed')
      return told.length === 2 && told
    })
    expect(first.map(({ payload }) => payload)).toEqual(
      expect.arrayContaining(
        ['direct', 'organic_search'].map((referrer_category) => ({
          distribution_id: here.id,
          slug: here.slug,
          view_count: 6,
          viewed_at: '2026-03-01T10:00:00.000000Z',
          referrer_category,
        })),
      ),
    )

    await here.view()
    await here.view()
    await waitFor(async () => (await here.readCounts())[0]?.['views'] === '8')
    expect(await here.readTold('viewed')).toHaveLength(2)
    here.setClock('2026-03-01T10:01:00.000000Z')
    const [, , third] = await waitFor(async () => {
      const told = await here.readTold('viewed')
      return told.length === 3 && told
    })
    expect(third.payload).toMatchObject({ view_count: 8, referrer_category: 'direct' })
  })

  it('of several instances add up exactly, and those in memory are written at the end', async () => {
    const here = await startWithPublic()
    const others = await Promise.all(
      [1, 2].map(async () => {
        const ctx = await createContext(createConfig(here.databaseUrl), {
          now: here.now,
          logger: here.logs.logger,
          relay: { wake: () => undefined, isAlive: () => true },
          consumer: { isAlive: () => true, isInGroup: () => true },
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

  it('of nobody, and of what is not public, are not counted', async () => {
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
  it('are each on disk when they are answered, and told of with the running total', async () => {
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
      })),
    )
  })

  it('at once add up exactly, each with a total of its own', async () => {
    const here = await startWithPublic()

    const answers = await Promise.all(Array.from({ length: 100 }, () => here.click()))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const totals = (await here.readTold('enrollment_clicked')).map(({ payload }) => payload.enrollment_count)
    expect(totals).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  it('on what is not there are dropped, and of a kind that is none refused', async () => {
    const here = await startWithPublic()

    const headers = { 'user-agent': browser }
    const url = '/api/courses/unknown/enrollment-clicks'
    expect((await here.callAny('POST', url, { body: { ctaType: 'a' }, headers })).status).toBe(202)
    expect((await here.click('primary_button', { 'user-agent': 'curl/8' })).status).toBe(202)
    for (const ctaType of ['', 'A B', 'x'.repeat(51)]) expect((await here.click(ctaType)).status).toBe(400)

    expect(await here.readCounts()).toEqual([])
  })
})

it('nothing that is stored, logged or told says who it was', async () => {
  const here = await startWithPublic()
  const secrets = {
    referer: 'https://blog.example/from-a-secret-page?user=4711',
    cookie: 'session=secret-session',
    'x-forwarded-for': '203.0.113.77',
    authorization: 'Bearer secret-token',
  }

  await here.view(secrets, '?utm_source=secret-source&utm_medium=email')
  await here.view(secrets)
  await here.click('primary_button', secrets)
  await waitFor(async () => (await here.readTold('viewed')).length === 2)

  const { rows: tables } = await here.db.execute<{ name: string }>(
    sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  )
  const stored = await Promise.all(
    tables.map(({ name }) => here.db.execute(sql`SELECT to_jsonb(t) AS row FROM ${sql.identifier(name)} t`)),
  )
  const all = JSON.stringify([stored.map(({ rows }) => rows), await here.readOutbox(), here.logs.lines])
  for (const trace of ['secret', 'Secret', '203.0.113.77', 'blog.example', '127.0.0.1', 'Firefox']) {
    expect(all).not.toContain(trace)
  }
})
