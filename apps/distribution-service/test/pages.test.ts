import { withDatabase } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startAsEditor } from './helpers.ts'
import { type Editor, publish, startWithPublic } from './public-entries.ts'

const ask = (editor: Editor, path: string, headers: Record<string, string> = {}) =>
  editor.callAny('GET', path, { headers, ...(path.startsWith('/internal') && { roles: ['service'] }) })
const readTags = async (editor: Editor, path: string) => String((await ask(editor, path)).headers['cache-tag'])

async function derivePublic(editor: Editor, parentId: string, variant: object) {
  const derived = await editor.derive(parentId, variant)
  await editor.call('POST', `/${derived.id}/publish`)
  return derived
}

/** Many public entries like this one, the later number the newer. */
async function addMany(editor: Editor, id: string, count: number, derivedFrom: string | null = null): Promise<void> {
  // Search is not needed here, and its triggers would take most of the time.
  await withDatabase('test', editor.migrateDatabaseUrl, (db) =>
    db.execute(sql`ALTER TABLE distributions DISABLE TRIGGER USER`),
  )
  await editor.db.execute(sql`
    INSERT INTO distributions (id, tenant_id, course_id, is_generated, derived_from, slug, title, description, language,
                               target_group, seo, cta, listed, visibility, version, created_at, updated_at)
    SELECT 'dist_' || lpad(number::text, 36, 'f'), tenant_id, course_id, false, ${derivedFrom}, 'many-' || number, title,
      description, language, target_group, seo, cta, true, 'public', 1, created_at, updated_at
    FROM generate_series(1, ${count}::int) AS number, distributions WHERE id = ${id}`)
}

describe('the cache tags', () => {
  it('of a page are the ids of everything that it shows, also when it has not changed', async () => {
    const editor = await startAsEditor()
    const root = await publish(editor, { title: 'Gardens', courseId: 'c' })
    const german = await publish(editor, { title: 'Gärten', courseId: 'c', language: 'de' })
    await publish(editor, { title: 'More gardens', courseId: 'c' })
    const variant = await derivePublic(editor, root.id, { slug: 'balconies' })
    await editor.derive(root.id, { slug: 'roofs', targetGroup: ['roofs'] })

    const page = await ask(editor, '/api/courses/gardens')
    const same = await ask(editor, '/api/courses/gardens', { 'if-none-match': String(page.headers.etag) })

    expect(page.headers['cache-tag']).toBe([root.id, 'c', german.id, variant.id].join())
    expect([same.status, same.headers['cache-tag']]).toEqual([304, page.headers['cache-tag']])
  })

  it('of a variant name its public parent, which decides the canonical URL', async () => {
    const editor = await startAsEditor()
    const root = await publish(editor, { title: 'Gardens', courseId: 'c' })
    const variant = await derivePublic(editor, root.id, { slug: 'balconies' })

    expect(await readTags(editor, '/api/courses/balconies')).toBe([variant.id, 'c', root.id].join())
    await editor.call('POST', `/${root.id}/unpublish`, { reason: 'test' })
    expect(await readTags(editor, '/api/courses/balconies')).toBe([variant.id, 'c'].join())
  })

  it('of an old slug name the entry, and those of a missing page name nothing', async () => {
    const editor = await startWithPublic({ title: 'Hidden' })
    const { id } = await publish(editor, { title: 'Gardens', courseId: 'c' })
    await editor.change(id, { slug: 'walls' })

    const moved = await ask(editor, '/api/courses/gardens')
    const hidden = await ask(editor, '/api/courses/hidden')

    expect([moved.status, moved.headers['cache-tag']]).toEqual([301, `${id},c`])
    expect([hidden.status, hidden.headers['cache-tag']]).toEqual([404, undefined])
  })

  it('are never more than 50, and a page shows nothing that has no tag', async () => {
    const editor = await startAsEditor()
    const { id } = await publish(editor, { title: 'Gardens', courseId: 'c' })
    await addMany(editor, id, 60, id)

    const { body, headers } = await ask(editor, '/api/courses/gardens')

    expect(String(headers['cache-tag']).split(',')).toHaveLength(49)
    expect(body.variants).toHaveLength(47)
  })

  it('are visible ASCII of at most 256 characters, whatever a course is called', async () => {
    const editor = await startAsEditor()
    const courseId = `a, b\u00a0${'ü'.repeat(120)}`
    const { id } = await publish(editor, { title: 'Gardens', courseId })

    const [itself, course = '', ...more] = (await readTags(editor, '/api/courses/gardens')).split(',')

    expect([itself, more]).toEqual([id, []])
    expect(course).toMatch(/^a%2C%20b%C2%A0(%C3%BC)+[%\w]*$/)
    expect(course).toHaveLength(256)
  })

  it('of a list are one, by tenant and language', async () => {
    const editor = await startWithPublic({ title: 'Gardens' }, { title: 'Gärten', language: 'de' })

    expect(await readTags(editor, '/api/courses')).toBe('list:acme:*')
    expect(await readTags(editor, '/api/courses?language=DE-at&q=x')).toBe('list:acme:de-AT')
    const theirs = await ask(editor, '/api/courses?language=de', { host: 'globex.test' })
    expect(theirs.headers['cache-tag']).toBe('list:globex:de')
  })
})

describe('the pages for search engines', () => {
  const list = async (editor: Editor, query = '') => (await ask(editor, `/internal/pages${query}`)).body

  it('have their language, their last change and the other languages', async () => {
    const editor = await startAsEditor()
    const root = await publish(editor, { title: 'Gardens', courseId: 'c' })
    const german = await publish(editor, { title: 'Gärten', courseId: 'c', language: 'de' })
    const { updatedAt } = (await editor.change(german.id, { description: 'Moos.' })).body

    const { items, nextCursor } = await list(editor)

    const [english, inGerman] = [
      { slug: 'gardens', language: 'en' },
      { slug: 'gaerten', language: 'de' },
    ]
    const published = (await editor.read(root.id)).updatedAt
    expect(items).toEqual([
      { ...english, updatedAt: published, alternatives: [inGerman] },
      { ...inGerman, updatedAt, alternatives: [english] },
    ])
    expect(nextCursor).toBeNull()
  })

  it('are those that search engines should know', async () => {
    const editor = await startWithPublic({ title: 'Hidden' }, { title: 'Unlisted', listed: false })
    const root = await publish(editor, { title: 'Gardens', courseId: 'c' })
    await publish(editor, { title: 'Jardins', courseId: 'c', language: 'fr', seo: { noindex: true } })
    await derivePublic(editor, root.id, { slug: 'balconies' })
    await derivePublic(editor, root.id, { slug: 'roofs', canonical: 'own' })
    const slugs = async () => (await list(editor)).items.map(({ slug }: { slug: string }) => slug)

    expect(await slugs()).toEqual(['gardens', 'roofs'])
    expect((await list(editor)).items[0].alternatives).toEqual([])
    await editor.call('POST', `/${root.id}/unpublish`, { reason: 'test' })
    expect(await slugs()).toEqual(['balconies', 'roofs'])
  })

  it('come ten thousand at a time, each once', async () => {
    const editor = await startAsEditor()
    const { id } = await publish(editor, { title: 'Gardens' })
    await addMany(editor, id, 10_001)

    const first = await list(editor)
    const rest = await list(editor, `?after=${first.nextCursor}`)

    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([10_000, 2, null])
    const slugs = new Set([...first.items, ...rest.items].map(({ slug }: { slug: string }) => slug))
    expect(slugs.size).toBe(10_002)
  })
})

describe('the page for other services', () => {
  it('is what everybody gets: itself, unchanged, moved, gone or missing', async () => {
    const editor = await startWithPublic({ title: 'Hidden' }, { title: 'Gardens' })
    const moved = await publish(editor, { title: 'Old' })
    await editor.change(moved.id, { slug: 'new' })
    const gone = await publish(editor, { title: 'Gone' })
    await editor.call('DELETE', `/${gone.id}`, undefined, '*')
    const { etag } = (await ask(editor, '/api/courses/gardens')).headers
    const read = async (path: string, slug: string, ifNoneMatch = '"other"') => {
      const { status, body, headers } = await ask(editor, `${path}/${slug}`, {
        'x-request-id': 'same',
        'if-none-match': ifNoneMatch,
      })
      // A problem names the path that was asked for.
      const { date: _date, 'content-length': _length, ...others } = headers
      const location = headers.location && String(headers.location).replace(path, '')
      return { status, body: body && { ...body, instance: '' }, headers: { ...others, location } }
    }

    const statuses: number[] = []
    for (const slug of ['gardens', 'old', 'gone', 'hidden', 'absent']) {
      const page = await read('/internal/pages', slug)
      statuses.push(page.status)
      expect(page).toEqual(await read('/api/courses', slug))
    }
    const unchanged = await read('/internal/pages', 'gardens', String(etag))

    expect(statuses).toEqual([200, 301, 410, 404, 404])
    expect(unchanged).toEqual(await read('/api/courses', 'gardens', String(etag)))
    expect(unchanged.status).toBe(304)
    // Following it must not lead to an answer from memory.
    const { headers } = await ask(editor, '/internal/pages/old')
    expect(headers.location).toBe('/internal/pages/new')
  })

  it('is as it is now, even if another instance has changed it', async () => {
    const here = await startAsEditor()
    const { id, slug } = await publish(here, { title: 'Gardens' })
    const statuses: number[] = []

    for (let round = 0; round < 20; round += 1) {
      statuses.push(
        (await ask(here, `/api/courses/${slug}`)).status,
        (await ask(here, `/internal/pages/${slug}`)).status,
      )
      // As another instance would, whose commits this one does not see.
      const visibility = round % 2 === 0 ? 'private' : 'public'
      await here.ctx.db.$client.query('UPDATE distributions SET visibility = $1 WHERE id = $2', [visibility, id])
      const { status } = await ask(here, `/internal/pages/${slug}`)
      expect(status).toBe(visibility === 'public' ? 200 : 404)
    }
    // Otherwise nothing would have been in memory.
    expect(statuses).toContain(200)
  })
})

it('a service is told how long the oldest event has waited, and of none that a page does not show', async () => {
  const editor = await startAsEditor()
  const { $client } = editor.ctx.db
  const read = async () => (await ask(editor, '/internal/waiting-events')).body
  expect(await read()).toEqual({ seconds: null })

  await editor.create()
  await editor.create()
  await $client.query(
    "UPDATE outbox SET created_at = created_at - interval '1 hour' WHERE id = (SELECT min(id) FROM outbox)",
  )
  const { seconds } = await read()
  expect(Math.floor(seconds / 3_600)).toBe(1)

  await $client.query("UPDATE outbox SET topic = 'distribution-service.dlq'")
  expect(await read()).toEqual({ seconds: null })
  expect(editor.logs.lines.filter(({ url, level }) => url === '/internal/waiting-events' && level !== 'debug')).toEqual(
    [],
  )
})
