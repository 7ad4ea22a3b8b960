import { aGeneratedCourse } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startAsEditor } from './helpers.ts'
import { type Editor, find, publish, startWithPublic } from './public-entries.ts'

describe('a requested language', () => {
  it('finds more specific tags, tags that likely mean the same, and older names', async () => {
    const editor = await startWithPublic(
      { title: 'Swiss', language: 'de-CH' },
      { title: 'Traditional Chinese', language: 'zh-Hant' },
      { title: 'Hebrew', language: 'iw' },
      { title: 'Resian', language: 'sl-Latn-IT-rozaj-nedis' },
    )

    expect(await find(editor, { language: 'de' })).toEqual(['Swiss'])
    expect(await find(editor, { language: 'de-AT' })).toEqual(['Swiss'])
    for (const language of ['zh-TW', 'zh', 'cmn-Hant-TW']) {
      expect({ language, found: await find(editor, { language }) }).toEqual({
        language,
        found: ['Traditional Chinese'],
      })
    }
    for (const language of ['iw', 'he', 'HE']) {
      expect({ language, found: await find(editor, { language }) }).toEqual({ language, found: ['Hebrew'] })
    }
    for (const language of ['sl-Latn-IT-nedis-rozaj', 'sl']) {
      expect({ language, found: await find(editor, { language }) }).toEqual({ language, found: ['Resian'] })
    }
  })

  it.each([
    ['zh_CN', 'zh-CN'],
    ['de_AT.UTF-8', 'de-AT'],
    ['i-klingon', 'tlh'],
  ])('%s is refused everywhere in favour of %s', async (language, tag) => {
    const editor = await startAsEditor()
    const { id } = await editor.create()
    const query = `language=${encodeURIComponent(language)}`

    const refusals = [
      await editor.callAny('GET', `/api/courses?${query}`),
      await editor.call('GET', `?${query}`),
      await editor.call('POST', '', { courseId: 'c', title: 'Gardens', language }),
      await editor.change(id, { language }),
    ]

    for (const { status, body } of refusals) {
      expect({ status, errors: body.errors }).toMatchObject({
        status: 400,
        errors: [{ pointer: '/language', message: `Not a BCP 47 language tag; use ${tag}` }],
      })
    }
  })

  it('and words together show each course in the best language in which it is found, page by page', async () => {
    const editor = await startWithPublic(
      { title: 'Gardens', courseId: 'a', language: 'en' },
      { title: 'Gardens in Bern', courseId: 'a', language: 'de-CH' },
      { title: 'Gardens in Wien', courseId: 'b', language: 'de-AT' },
      { title: 'Roses', description: 'Gardens', courseId: 'c', language: 'de' },
      { title: 'Gardens and roses', courseId: 'd', language: 'en-GB' },
      { title: 'Gardens of Paris', courseId: 'e', language: 'fr' },
    )

    const shown = ['Roses', 'Gardens in Wien', 'Gardens in Bern', 'Gardens and roses']
    for (const limit of [1, 2, 3, 100])
      expect(await find(editor, { q: 'gardens', language: 'de' }, limit)).toEqual(shown)
    for (const limit of [1, 100]) expect(await find(editor, { language: 'de' }, limit)).toEqual(shown)
  })
})

describe('a language stored before tags were canonical', () => {
  async function startWithOldForms() {
    const editor = await startAsEditor()
    await editor.take(aGeneratedCourse({ course_id: 'a', title: 'Hebrew', language: 'en' }))
    await editor.take(aGeneratedCourse({ course_id: 'b', title: 'Chinese', language: 'en' }))
    await editor.db.execute(
      sql`UPDATE distributions SET language = CASE title WHEN 'Hebrew' THEN 'iw' ELSE 'zh_CN' END`,
    )
    await editor.db.execute(sql`UPDATE courses SET language = CASE title WHEN 'Hebrew' THEN 'iw' ELSE 'zh_CN' END`)
    const { body } = await editor.call('GET', '')
    for (const { id } of body.items) await editor.call('POST', `/${id}/publish`)
    return { editor, entries: body.items.toReversed() as { id: string; language: string }[] }
  }

  it('is found and shown in its canonical form', async () => {
    const { editor } = await startWithOldForms()

    expect(await find(editor, { language: 'he' })).toEqual(['Hebrew'])
    expect(await find(editor, { language: 'zh-Hans' })).toEqual(['Chinese'])
    const { body, headers } = await editor.callAny('GET', '/api/courses/hebrew')
    expect([body.language, headers['content-language']]).toEqual(['he', 'he'])
    const { body: list } = await editor.callAny('GET', '/api/courses')
    expect(list.items.map(({ language }: { language: string }) => language)).toEqual(['zh-CN', 'he'])
    const { body: course } = await editor.callAny('GET', '/internal/courses/a', { roles: ['service'] })
    expect(course.language).toBe('he')
    expect(await titlesFor(editor, 'zh')).toEqual(['Chinese'])
  })

  it('can be sent back as it was read without any change', async () => {
    const { editor, entries } = await startWithOldForms()
    await editor.call('POST', `/${entries[1]?.id}/versions`, { changelog: 'x' })

    for (const { id } of entries) {
      const { language } = await editor.read(id)
      expect(await editor.change(id, { language })).toMatchObject({ status: 200, body: { language }, events: [] })
    }
  })

  it('is restored from a version in its canonical form', async () => {
    const { editor, entries } = await startWithOldForms()
    const id = String(entries[1]?.id)
    await editor.call('POST', `/${id}/versions`, { changelog: 'x' })
    await editor.db.execute(sql`UPDATE versions SET content = jsonb_set(content, '{language}', '"zh_TW"')`)

    const { status, body } = await editor.call('POST', `/${id}/versions/v1/restore`, undefined, '*')

    expect({ status, language: body.language }).toEqual({ status: 200, language: 'zh-TW' })
  })
})

it('CourseFactory may write a language in any form, which is announced and shown as a tag', async () => {
  const editor = await startAsEditor()
  await editor.take(aGeneratedCourse({ course_id: 'a', language: 'pt_br' }))

  const [created] = await editor.readOutbox()
  expect(created?.event.payload).toMatchObject({ language: 'pt-BR' })
  expect(await titlesFor(editor, 'pt')).toHaveLength(1)
})

it('editors who filter by a language see it and its more specific tags, and nothing else', async () => {
  const editor = await startAsEditor()
  for (const language of ['de', 'de-CH', 'den', 'en']) await editor.create({ title: language, language })

  expect(await titlesFor(editor, 'de')).toEqual(['de-CH', 'de'])
  expect(await titlesFor(editor, 'de-CH')).toEqual(['de-CH'])
  expect(await titlesFor(editor, 'fr')).toEqual([])
})

async function titlesFor(editor: Editor, language: string): Promise<string[]> {
  const { body } = await editor.call('GET', `?language=${language}`)
  return body.items.map(({ title }: { title: string }) => title)
}

describe('the languages a reader accepts', () => {
  const list = async (editor: Editor, acceptLanguage: string, query = '', cursor = ''): Promise<string[]> => {
    const url = `/api/courses?limit=2${query}${cursor && `&cursor=${cursor}`}`
    const { status, body } = await editor.callAny('GET', url, { headers: { 'accept-language': acceptLanguage } })
    expect(status).toBe(200)
    const titles = body.items.map(({ title }: { title: string }) => title)
    return body.nextCursor ? [...titles, ...(await list(editor, acceptLanguage, query, body.nextCursor))] : titles
  }
  const drafts = [
    { title: 'Garden', courseId: 'a', language: 'en' },
    { title: 'Garten', courseId: 'a', language: 'de', targetGroup: ['garden'] },
    { title: 'Jardin', courseId: 'a', language: 'fr', targetGroup: ['garden'] },
    { title: 'Garten in Bern', courseId: 'b', language: 'de-CH', targetGroup: ['garden'] },
    { title: 'Giardino', courseId: 'c', language: 'it', targetGroup: ['garden'] },
  ]

  it.each([
    ['de-AT, fr;q=0.5', ['Garten', 'Garten in Bern', 'Jardin', 'Garden', 'Giardino']],
    ['ja', ['Garden', 'Giardino', 'Garten in Bern', 'Jardin', 'Garten']],
    ['*', ['Giardino', 'Garten in Bern', 'Jardin', 'Garten', 'Garden']],
    ['x;a;header,,', ['Giardino', 'Garten in Bern', 'Jardin', 'Garten', 'Garden']],
  ])('%s only order the list and hide nothing', async (acceptLanguage, titles) => {
    const editor = await startWithPublic(...drafts)

    expect(await list(editor, acceptLanguage)).toEqual(titles)
  })

  it('may be tags of any length, and their pages still continue', async () => {
    const editor = await startWithPublic(...drafts)
    const variants = Array.from({ length: 12 }, (_, number) => 1901 + number).join('-')
    const acceptLanguage = ['ja', 'ko', 'th', 'vi', 'hi'].map((language) => `${language}-${variants}`).join(', ')

    expect(await list(editor, acceptLanguage)).toEqual(['Garden', 'Giardino', 'Garten in Bern', 'Jardin', 'Garten'])
  })

  it('order a search, and are ignored if a language is requested', async () => {
    const editor = await startWithPublic(...drafts)

    expect(await list(editor, 'fr', '&q=garden')).toEqual(['Jardin', 'Garden', 'Giardino', 'Garten in Bern', 'Garten'])
    expect(await list(editor, 'fr', '&language=de')).toEqual(['Garten', 'Garten in Bern'])
  })
})

it('answers name their languages and the headers they depend on', async () => {
  const editor = await startWithPublic({ title: 'Garden' }, { title: 'Garten', language: 'de-AT' })
  const headersOf = async (url: string, headers = {}) => {
    const answer = await editor.callAny('GET', url, { headers })
    const { vary, 'content-language': languages, etag } = answer.headers
    return { status: answer.status, vary, languages, etag }
  }

  const list = await headersOf('/api/courses')
  expect(list).toMatchObject({ status: 200, languages: 'de-AT, en', vary: 'accept-language, accept-encoding' })
  expect(await headersOf('/api/courses', { 'if-none-match': list.etag })).toEqual({ ...list, status: 304 })
  expect(await headersOf('/api/courses?q=nothing')).toMatchObject({
    languages: undefined,
    vary: 'accept-language, accept-encoding',
  })
  expect(await headersOf('/api/courses/garten')).toMatchObject({ languages: 'de-AT', vary: 'accept-encoding' })
})

describe('the page of a course in other languages', () => {
  it('is one per language, that of the generated entry or else of the oldest', async () => {
    const editor = await startAsEditor()
    await publish(editor, { title: 'Erstes', courseId: 'c', language: 'de' })
    await publish(editor, { title: 'Zweites', courseId: 'c', language: 'DE' })
    await publish(editor, { title: 'Third', courseId: 'c', language: 'en' })
    await publish(editor, { title: 'Troisième', courseId: 'c', language: 'fr' })
    await editor.take(aGeneratedCourse({ course_id: 'c', title: 'Generated', language: 'en' }))
    const { body } = await editor.call('GET', '')
    await editor.call('POST', `/${body.items[0].id}/publish`)
    const alternativesOf = async (slug: string) =>
      (await editor.callAny('GET', `/api/courses/${slug}`)).body.alternatives.map(({ slug }: { slug: string }) => slug)

    expect(await alternativesOf('troisieme')).toEqual(['generated', 'erstes'])
    expect(await alternativesOf('erstes')).toEqual(['generated', 'troisieme'])
    expect(await alternativesOf('zweites')).toEqual(['generated', 'troisieme'])
    expect(await alternativesOf('third')).toEqual(['troisieme', 'erstes'])
  })
})
