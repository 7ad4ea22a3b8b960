import { aGeneratedCourse } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startAsEditor } from './helpers.ts'

describe('a variant', () => {
  it("has its parent's content except for its overrides, and is announced by two events in one commit", async () => {
    const { create, call } = await startAsEditor()
    const parent = await create()

    const { status, body, headers, events } = await call('POST', `/${parent.id}/micro-niches`, {
      targetGroup: ['Büros'],
      title: 'Gardens for offices',
    })

    expect({ status, location: headers['location'] }).toEqual({
      status: 201,
      location: `/api/distributions/${body.id}`,
    })
    expect(body).toEqual({
      ...parent,
      id: expect.stringMatching(/^dist_/),
      slug: 'vertical-gardens-bueros',
      title: 'Gardens for offices',
      targetGroup: ['Büros'],
      protectedFields: ['title', 'targetGroup'],
      derivedFrom: parent.id,
      canonical: 'parent',
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
    })
    expect(events).toMatchObject([
      { type: 'distribution.created', payload: { distribution_id: body.id, derived_from: parent.id } },
      { type: 'distribution.micro_niche_created', timestamp: body.createdAt },
    ])
    expect(events[1].payload).toEqual({
      child_distribution_id: body.id,
      parent_distribution_id: parent.id,
      parent_slug: 'vertical-gardens',
      child_slug: 'vertical-gardens-bueros',
      target_group_override: ['Büros'],
      title_override: 'Gardens for offices',
      created_at: body.createdAt,
    })
  })

  it('that inherits the title says so in its event', async () => {
    const { create, call } = await startAsEditor()
    const { id } = await create()

    const { events } = await call('POST', `/${id}/micro-niches`, { targetGroup: ['offices'], seo: { noindex: true } })

    expect(events[1].payload).toMatchObject({ title_override: null })
  })

  it('has no variants of its own, and needs an audience and the language of its parent', async () => {
    const { create, call, derive, change } = await startAsEditor()
    const { id } = await create()
    const variant = await derive(id)

    expect(await call('POST', `/${variant.id}/micro-niches`, { targetGroup: ['x'] })).toMatchObject({
      status: 409,
      body: { code: 'variant.of-variant' },
    })
    expect((await call('POST', `/${id}/micro-niches`, {})).status).toBe(400)
    expect((await call('POST', `/${id}/micro-niches`, { targetGroup: [] })).status).toBe(400)
    expect((await call('POST', `/${id}/micro-niches`, { targetGroup: ['x'], language: 'de' })).status).toBe(400)
    expect(await change(variant.id, { language: 'de' })).toMatchObject({
      status: 409,
      body: { code: 'variant.language' },
    })
    expect(await change(variant.id, { protectedFields: ['title'] })).toMatchObject({
      status: 409,
      body: { code: 'variant.target-group' },
    })
  })

  it('follows its parent in every field that it does not override, with an event of its own', async () => {
    const { create, derive, change, read } = await startAsEditor()
    const parent = await create()
    const plain = await derive(parent.id)
    const titled = await derive(parent.id, { title: 'Mine' })
    const own = await derive(parent.id, { title: 'Mine', description: 'Mine too', seo: { noindex: true } })

    const { events } = await change(parent.id, {
      title: 'Walls',
      description: 'Green',
      targetGroup: ['all'],
      listed: false,
    })

    expect(events.map(({ payload }: { payload: object }) => payload)).toMatchObject([
      { distribution_id: parent.id },
      { distribution_id: plain.id, updated_fields: ['title', 'description'], new_values: { title: 'Walls' } },
      { distribution_id: titled.id, updated_fields: ['description'], old_values: { description: parent.description } },
    ])
    expect(events).toHaveLength(3)
    expect(await read(plain.id)).toMatchObject({ title: 'Walls', targetGroup: ['balconies'], listed: true })
    expect(await read(titled.id)).toMatchObject({ title: 'Mine', description: 'Green' })
    expect(await read(own.id)).toEqual(own)
  })

  it('follows in the transaction of its parent, with as many statements for a hundred as for three', async () => {
    const { create, derive, change, db } = await startAsEditor()
    const statements = vi.spyOn(pg.Client.prototype, 'query')
    onTestFinished(() => statements.mockRestore())
    const countStatements = async (variants: number) => {
      const { id } = await create({ courseId: `course_${variants}` })
      for (let count = 0; count < variants; count += 1) await derive(id)
      statements.mockClear()
      await change(id, { title: 'Walls' })
      const { calls, contexts } = statements.mock
      const texts = calls.map(([query]) => (typeof query === 'string' ? query : (query as { text: string }).text))
      // Other connections have statements that come every second.
      const update = texts.findIndex((text) => text.startsWith('update "distributions"'))
      const own = texts.map((text, index) => (contexts[index] === contexts[update] ? text : ''))
      const count = own.slice(own.lastIndexOf('begin', update), own.indexOf('commit', update)).filter(Boolean).length
      const family = sql`SELECT DISTINCT xmin FROM distributions WHERE id = ${id} OR derived_from = ${id}`
      expect((await db.execute(family)).rows).toHaveLength(1)
      return count
    }

    expect(await countStatements(100)).toBe(await countStatements(3))
  })

  it('follows its parent again in a field that is no longer its own', async () => {
    const { create, derive, change } = await startAsEditor()
    const parent = await create()
    const variant = await derive(parent.id, { title: 'Mine', seo: { noindex: true } })
    await change(parent.id, { title: 'Walls' })

    const { body, events } = await change(variant.id, { protectedFields: ['targetGroup', 'seo'] })

    expect(body).toMatchObject({ title: 'Walls', seo: { noindex: true }, protectedFields: ['targetGroup', 'seo'] })
    expect(events).toMatchObject([{ payload: { updated_fields: ['title', 'protected_fields'] } }])
  })

  it('that is edited owns the edited field', async () => {
    const { create, derive, change, read } = await startAsEditor()
    const parent = await create()
    const variant = await derive(parent.id)

    await change(variant.id, { description: 'Mine' })
    await change(parent.id, { description: 'Theirs' })

    expect(await read(variant.id)).toMatchObject({
      description: 'Mine',
      protectedFields: ['description', 'targetGroup'],
    })
  })

  it('follows a course that is generated again, through its parent', async () => {
    const { take, call, derive, change, read } = await startAsEditor()
    const again = (title: string, completed_at: string) =>
      aGeneratedCourse({ course_id: 'course_1', title, completed_at })
    await take(again('One', '2026-01-01T00:00:00Z'))
    const { id } = (await call('GET', '')).body.items[0]
    const variant = await derive(id)
    await change(id, { description: 'Edited' })

    await take(again('Two', '2026-01-02T00:00:00Z'))

    expect(await read(variant.id)).toMatchObject({ title: 'Two', description: 'Edited', targetGroup: ['balconies'] })
  })

  it('has its parent as canonical URL, unless it asks for its own', async () => {
    const { create, derive, call, change, callAny } = await startAsEditor()
    const parent = await create()
    const shared = await derive(parent.id)
    const own = await derive(parent.id, { canonical: 'own', slug: 'own' })
    for (const { id } of [parent, shared, own]) await call('POST', `/${id}/publish`)
    await change(parent.id, { slug: 'walls' })
    const canonicalOf = async (slug: string) => (await callAny('GET', `/api/courses/${slug}`)).body.canonicalUrl

    expect([own.canonical, shared.canonical]).toEqual(['own', 'parent'])
    expect(await canonicalOf(shared.slug)).toBe('https://learn.test/courses/walls')
    expect(await canonicalOf('own')).toBe('https://learn.test/courses/own')
  })

  it('opens its course for enrolment even if only the variant is public', async () => {
    const { create, derive, call, callAny } = await startAsEditor()
    const parent = await create()
    const { id } = await derive(parent.id)
    const readCourse = async () => (await callAny('GET', '/internal/courses/course_1', { roles: ['service'] })).body

    expect(await readCourse()).toMatchObject({ slug: parent.slug, public: false })
    await call('POST', `/${id}/publish`)
    expect(await readCourse()).toMatchObject({ slug: parent.slug, public: true })
  })
})

describe('a parent that is deleted', () => {
  async function startFamily() {
    const editor = await startAsEditor()
    const parent = await editor.create()
    const children = [await editor.derive(parent.id), await editor.derive(parent.id, { title: 'Mine' })]
    return { ...editor, parent, children }
  }

  it('needs a decision about its variants', async () => {
    const { parent, call } = await startFamily()

    expect(await call('DELETE', `/${parent.id}`, undefined, '*')).toMatchObject({
      status: 409,
      body: { code: 'distribution.has-variants', title: expect.stringContaining('2 variants') },
      events: [],
    })
    expect((await call('DELETE', `/${parent.id}?variants=all`, undefined, '*')).status).toBe(400)
  })

  it('can take its variants with it, children first, each with an event', async () => {
    const { parent, children, call } = await startFamily()

    const { status, events } = await call('DELETE', `/${parent.id}?variants=delete`, undefined, '*')

    expect(status).toBe(204)
    expect(
      events.map((event: { type: string; payload: { distribution_id: string } }) => [
        event.type,
        event.payload.distribution_id,
      ]),
    ).toEqual([...children, parent].map(({ id }) => ['distribution.deleted', id]))
    expect((await call('GET', '')).body.items).toEqual([])
  })

  it('can leave them as independent entries', async () => {
    const { parent, children, call, read, derive } = await startFamily()

    const { events } = await call('DELETE', `/${parent.id}?variants=keep`, undefined, '*')

    const protectedBefore = [['target_group'], ['title', 'target_group']]
    expect(events).toMatchObject([
      ...children.map(({ id }, index) => ({
        type: 'distribution.updated',
        payload: {
          distribution_id: id,
          updated_fields: ['protected_fields', 'derived_from'],
          old_values: { derived_from: parent.id, protected_fields: protectedBefore[index] },
          new_values: { derived_from: null },
        },
      })),
      { type: 'distribution.deleted', payload: { distribution_id: parent.id } },
    ])
    const [kept] = children
    expect(await read(kept.id)).toMatchObject({ title: parent.title, derivedFrom: null, canonical: 'own' })
    expect((await derive(kept.id)).derivedFrom).toBe(kept.id)
  })
})
