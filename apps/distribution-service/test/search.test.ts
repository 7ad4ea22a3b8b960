import { waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeAllTerms } from '../src/catalogue/listings.ts'
import { find, publish, startWithPublic } from './public-entries.ts'

describe('a search', () => {
  it('does not care how umlauts are written', async () => {
    const titles = ['Größe', 'Grösse', 'Groesse', 'Grosse', 'GRÖßEN', 'Grössen']
    const editor = await startWithPublic(...titles.map((title) => ({ title, language: 'de' })))

    for (const q of ['Größe', 'Grösse', 'Groesse', 'Grosse', 'grossen']) {
      expect({ q, found: (await find(editor, { q })).toSorted() }).toEqual({ q, found: titles.toSorted() })
    }
  })

  it.each([
    ['Übungen für Anfänger', 'uebung', 'anfaenger'],
    ['Häuser bauen', 'haus', 'häuser bau'],
    ['Programmieren lernen', 'lerne programmier'],
    ['Learning to write', 'learn', 'writing', 'writes'],
    ['Values and queues', 'value', 'queue', 'values'],
    ['Café Québec', 'cafe quebec', 'cafés'],
    ['TCP/IP und IT-Sicherheit', 'ip', 'it', 'sicherheit', 'tcp/ip', 'it-sicherheit'],
    ['C++ and .NET', 'c++', '.net', 'cpp', 'dotnet'],
    ['Einführung in die Küche', 'Einführung in Küche', 'die einführung', 'the küche'],
    ['Neue Steuern für Bauern', 'neue', 'steuer', 'bauer'],
    ['Ernteübersicht', 'ernteuebersicht', 'ernteubersicht', 'ernteübers'],
    ['Ernteuebersicht', 'ernteübersicht', 'ernteübers'],
    ['Python 3ds', 'python 3ds', '3ds python'],
    ['Программирование', 'программирование', 'програм'],
    ['Smørrebrød og æbler', 'smorrebrod', 'smoerrebroed', 'aebler', 'æbler smør'],
    ['Łódź and Diyarbakır', 'lodz', 'diyarbakir', 'łódź'],
    ['Sœurs de cœur', 'coeur', 'soeurs', 'cœur'],
    ['ＰＹＴＨＯＮ ﬁnden', 'python', 'ｐｙｔｈｏｎ', 'finden python'],
    ['E-Mail-Marketing', 'email', 'e-mail', 'mail', 'emailmarketing', 'e-mail-marketing'],
    ['Onlinekurs', 'online-kurs', 'Online‑Kurs'],
    ['Online-Kurs', 'onlinekurs', 'onlinekurse', 'kurs'],
    ['城市花园设计入门', '花园', '设计', '花园设计', '入门 城市'],
    ['はじめてのプログラミング入門', '入門', 'プログラミング', 'ﾌﾟﾛｸﾞﾗﾐﾝｸﾞ'],
    ['도시정원 가꾸기', '정원', '도시', '정원 가꾸기', '가꾸기 정원'],
  ])('finds %s by other forms of its words: %s', async (title, ...questions) => {
    const editor = await startWithPublic({ title }, { title: 'Something else' })

    for (const q of questions) expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: [title] })
  })

  it('finds a German compound by its nouns, and by nothing else in it', async () => {
    const title = 'Gartenbaukurse'
    const editor = await startWithPublic({ title, language: 'de' }, { title: 'Bau', language: 'de' })

    for (const q of ['garten', 'gärten', 'gartenbau', 'kurs garten', 'kurse']) {
      expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: [title] })
    }
    expect(await find(editor, { q: 'bau' })).toEqual(['Bau', title])
    expect(await find(editor, { q: 'arten' })).toEqual([])
  })

  it('finds a course by its id', async () => {
    const courseId = "crs_7F3-a'\\"
    const editor = await startWithPublic({ title: 'Gardens', courseId }, { title: 'Crs 7f3', courseId: 'other' })

    expect(await find(editor, { q: ` ${courseId} ` })).toEqual(['Gardens'])
    expect(await find(editor, { q: 'crs_7f' })).toEqual(['Crs 7f3'])
  })

  it('treats only the last word as a beginning', async () => {
    const editor = await startWithPublic({ title: 'Programmierung in Rust' })

    for (const q of ['pr', 'programmieru', 'rust programmieru', 'programmierung ru']) {
      expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: ['Programmierung in Rust'] })
    }
    for (const q of ['programmieru rust', 'ogrammierung', 'rust python']) {
      expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: [] })
    }
  })

  it('finds a beginning of any length next to another word, and no word that only begins alike', async () => {
    const inTitle = ['Grube', 'Grundlage', 'Grundlegend', 'Größe'].map((word) => ({ title: `Python ${word}` }))
    const elsewhere = ['Grube', 'Grundlage', 'Grundlegend', 'Größe'].map((word) => {
      return { title: `About ${word}`, description: 'Python' }
    })
    const editor = await startWithPublic(...inTitle, ...elsewhere)
    const expected = (...words: string[]) => {
      return ['Python', 'About'].flatMap((first) => words.map((word) => `${first} ${word}`))
    }

    for (const limit of [1, 20]) {
      const findAll = (q: string) => find(editor, { q }, limit)
      expect(await findAll('python gr')).toEqual(expected('Größe', 'Grundlegend', 'Grundlage', 'Grube'))
      expect(await findAll('python gru')).toEqual(expected('Grundlegend', 'Grundlage', 'Grube'))
      expect(await findAll('python grund')).toEqual(expected('Grundlegend', 'Grundlage'))
      expect(await findAll('python grundl')).toEqual(expected('Grundlegend', 'Grundlage'))
      expect(await findAll('python grundla')).toEqual(expected('Grundlage'))
      expect(await findAll('python groes')).toEqual(expected('Größe'))
    }
  })

  it('puts the exact title first, then titles with all words, then the rest, the newest of each first', async () => {
    const editor = await startWithPublic(
      { title: 'Garden tools' },
      { title: 'Roses', description: 'Tools for every garden.' },
      { title: 'Tools for the garden' },
      { title: 'Moss', description: 'In the garden.', targetGroup: ['tool makers'] },
      { title: 'Gardens', description: 'And their tools.' },
      { title: 'Something else', description: 'No tools.' },
    )

    const inOrder = ['Garden tools', 'Tools for the garden', 'Gardens', 'Moss', 'Roses']
    expect(await find(editor, { q: 'garden tools' })).toEqual(inOrder)
    expect(await find(editor, { q: 'garden tools' }, 1)).toEqual(inOrder)
    expect(await find(editor, { q: 'garden tools' }, 2)).toEqual(inOrder)
  })

  it('combines with the other filters, and shows a course in the best language in which it is found', async () => {
    const editor = await startWithPublic(
      { title: 'Python', courseId: 'a', language: 'en', targetGroup: ['pilots'] },
      { title: 'Python für alle', courseId: 'a', language: 'de', targetGroup: ['pilots'] },
      { title: 'Python too', courseId: 'b', language: 'en', targetGroup: ['gardeners'] },
      { title: 'Schlangen', courseId: 'b', language: 'de', targetGroup: ['gardeners'] },
      { title: 'Pythons', courseId: 'c', language: 'fr', targetGroup: ['gardeners'] },
      { title: 'Python genauer', courseId: 'd', language: 'de', targetGroup: ['gardeners'] },
      { title: 'Python in depth', courseId: 'd', language: 'en', targetGroup: ['gardeners'] },
    )

    const inGerman = ['Python genauer', 'Python für alle', 'Python too']
    expect(await find(editor, { q: 'python', language: 'de' })).toEqual(inGerman)
    expect(await find(editor, { q: 'python', language: 'de' }, 1)).toEqual(inGerman)
    expect(await find(editor, { q: 'python', language: 'de', targetGroup: 'gardeners' })).toEqual([
      'Python genauer',
      'Python too',
    ])
    expect(await find(editor, { q: 'python', targetGroup: 'pilots' })).toEqual(['Python', 'Python für alle'])
  })

  it('continues where the previous page ended, whatever is published in between', async () => {
    const editor = await startWithPublic(
      { title: 'One', description: 'Gardens.' },
      { title: 'Garden two' },
      { title: 'Garden three' },
    )
    const first = await editor.callAny('GET', '/api/courses?q=garden&limit=1')

    await publish(editor, { title: 'Garden four' })
    const rest = await editor.callAny('GET', `/api/courses?q=garden&limit=3&cursor=${first.body.nextCursor}`)

    expect(first.body.items).toMatchObject([{ title: 'Garden three' }])
    expect(rest.body).toMatchObject({ items: [{ title: 'Garden two' }, { title: 'One' }], nextCursor: null })
  })

  it('for common words has the same order, page by page', async () => {
    const editor = await startWithPublic({ title: 'Gardens', courseId: 'c', description: 'x' })
    const { body: all } = await editor.call('GET', '')
    // Two of three have it in their titles, every second is German, every fifth is for pilots, and every seventh only begins alike.
    await editor.db.execute(sql`
      INSERT INTO distributions (id, tenant_id, course_id, is_generated, slug, title, description, language, target_group,
                                 seo, cta, listed, visibility, version, created_at, updated_at)
      SELECT 'dist_' || lpad(number::text, 36, '0'), d.tenant_id, 'c', false, 'many-' || number,
        CASE WHEN number % 7 = 0 THEN 'Mosaic ' WHEN number % 3 > 0 THEN 'Moss ' ELSE 'Fern ' END || number,
        CASE WHEN number % 7 = 0 THEN 'Mentions mosaics.' ELSE 'Mentions moss.' END,
        CASE WHEN number % 2 = 0 THEN 'de' ELSE 'en' END, CASE WHEN number % 5 = 0 THEN '{pilots}' ELSE '{readers}' END::text[],
        d.seo, d.cta, true, 'public', 1, d.created_at, d.updated_at
      FROM generate_series(1, 2400) AS number, distributions AS d WHERE d.id = ${all.items[0].id}`)
    await writeAllTerms(editor.db)
    const numbers = Array.from({ length: 2_400 }, (_, index) => 2_400 - index).filter((number) => number % 7 !== 0)
    const titles = (isAsked: (number: number) => boolean) => [
      ...numbers.filter((number) => number % 3 > 0 && isAsked(number)).map((number) => `Moss ${number}`),
      ...numbers.filter((number) => number % 3 === 0 && isAsked(number)).map((number) => `Fern ${number}`),
    ]

    expect(await find(editor, { q: 'moss' })).toEqual(titles(() => true))
    expect(await find(editor, { q: 'moss' }, 77)).toEqual(titles(() => true))
    const newest = numbers.map((number) => `${number % 3 > 0 ? 'Moss' : 'Fern'} ${number}`)
    expect(await find(editor, { q: 'mentions moss' })).toEqual(newest)
    expect(await find(editor, { q: 'moss', language: 'de' })).toEqual(titles((number) => number % 2 === 0))
    expect(await find(editor, { q: 'moss', targetGroup: 'pilots' })).toEqual(titles((number) => number % 5 === 0))
    expect(await find(editor, { language: 'de' })).toHaveLength(1_200)
  })

  it('knows only the current text of listed entries', async () => {
    const editor = await startWithPublic({ title: 'Hidden', description: 'Moss.' })
    const { id } = await publish(editor, { title: 'Gardens', description: 'Roses.' })
    await publish(editor, { title: 'Secrets', description: 'Moss.', listed: false })
    const searchAll = async () => Promise.all(['gardens', 'parks', 'roses', 'moss'].map((q) => find(editor, { q })))

    expect(await searchAll()).toEqual([['Gardens'], [], ['Gardens'], []])
    await editor.change(id, { title: 'Parks', description: 'Moss.' })
    expect(await searchAll()).toEqual([[], ['Parks'], [], ['Parks']])
    await editor.change(id, { listed: false })
    expect(await searchAll()).toEqual([[], [], [], []])
    await editor.change(id, { title: 'Gardens' })
    await editor.change(id, { listed: true })
    expect(await searchAll()).toEqual([['Gardens'], [], [], ['Gardens']])
    await editor.call('POST', `/${id}/unpublish`, { reason: 'test' })
    expect(await searchAll()).toEqual([[], [], [], []])
  })

  it('may hold a word many times', async () => {
    const editor = await startWithPublic({ title: 'Kurse' }, { title: 'Größe' })

    expect(await find(editor, { q: 'kurs '.repeat(40) })).toEqual(['Kurse'])
  })

  it('soon finds what the previous version has written, and at once stops finding what it has hidden', async () => {
    const editor = await startWithPublic({ title: 'Gardens', description: 'Moss.' }, { title: 'Moss' })
    await editor.db.execute(sql`UPDATE distributions SET title = 'Parks' WHERE title = 'Gardens'`)

    await waitFor(async () => (await find(editor, { q: 'parks' })).length === 1)
    expect(await find(editor, { q: 'gardens' })).toEqual([])
    await editor.db.execute(sql`UPDATE distributions SET visibility = 'private' WHERE title = 'Moss'`)
    expect(await find(editor, { q: 'moss' })).toEqual(['Parks'])
  })

  it('finds a compound that the previous version has written in a German of its own', async () => {
    const editor = await startWithPublic({ title: 'Gardens' })
    await editor.db.execute(sql`UPDATE distributions SET title = 'Gartenbaukurse', language = 'de_AT'`)

    const search = () => find(editor, { q: 'kurs garten', language: 'de' })
    await expect.poll(search, { timeout: 10_000 }).toEqual(['Gartenbaukurse'])
  })

  it('that takes long leaves connections for pages, and is given up', async () => {
    const editor = await startWithPublic({ title: 'Gardens' })
    const owner = new pg.Client({ connectionString: editor.migrateDatabaseUrl })
    await owner.connect()
    onTestFinished(() => owner.end())
    // Whoever reads terms waits for a lock.
    await owner.query(`
      SELECT pg_advisory_lock(1);
      CREATE FUNCTION wait(terms tsvector) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared(1);
        RETURN terms;
      END $$;
      ALTER TABLE listings RENAME TO kept;
      CREATE VIEW listings AS SELECT distribution_id, tenant_id, course_id, language, target_group,
        wait(terms) AS terms, is_stale FROM kept`)
    const statuses: number[] = []
    const search = async () => statuses.push((await editor.callAny('GET', '/api/courses?q=gardens')).status)
    const working = async () => {
      const { rows } = await owner.query(`
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`)
      return rows.length
    }

    const flood = Array.from({ length: 50 }, search)
    await waitFor(async () => (await working()) === 6)
    const page = await editor.callAny('GET', '/api/courses/gardens')
    expect(page.status).toBe(200)
    expect(await working()).toBe(6)
    expect(statuses).toEqual([])
    const answeredBefore = editor
      .callAny('GET', '/api/courses?q=gardens', { from: '192.0.2.1' })
      .then(() => statuses.length)
    // A search that exceeds its time is given up. The next one finds the lock gone.
    await waitFor(() => statuses.includes(503))
    await owner.query('SELECT pg_advisory_unlock(1)')
    await Promise.all(flood)

    expect(statuses).toContain(200)
    // Whoever comes later from elsewhere does not wait for all of them.
    expect(await answeredBefore).toBeLessThan(30)
    expect(editor.logs.find('Request cannot be served now')).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ code: '57014' }) }),
    )
  })

  it('without text finds everything, and without any word nothing', async () => {
    const editor = await startWithPublic({ title: 'Gardens' })

    for (const q of ['', ' ']) expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: ['Gardens'] })
    for (const q of ['!!!', "' & | ! ( ) : * < - > \\", '\u0001', '𝕏💡', "gardens'); DROP TABLE x --"]) {
      expect({ q, found: await find(editor, { q }) }).toEqual({ q, found: [] })
    }
    expect(await find(editor, { q: "gardens' & | ! ( :*" })).toEqual(['Gardens'])
  })
})
