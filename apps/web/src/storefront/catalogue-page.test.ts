import { describe, expect, it } from 'vitest'
import { aCourse, assets, site } from '../../test/examples.ts'
import { openPage } from '../../test/html.ts'
import { renderCatalogue } from './catalogue-page.tsx'

type Catalogue = Parameters<typeof renderCatalogue>[0]

const bread = aCourse()
const cake = aCourse({ slug: 'cake', title: 'Cake', language: 'en', targetGroup: ['Familien'], totalLessons: 1 })

const open = (fields: Partial<Catalogue> = {}) =>
  openPage(
    renderCatalogue({ language: 'de', items: [bread, cake], query: {}, nextCursor: null, site, assets, ...fields }),
  )

describe('what a reader sees', () => {
  it('each course has a link to its page, a description, facts and a button to enrol', () => {
    const page = open()

    expect(page.texts('h1')).toEqual(['Kurse'])
    expect(page.texts('h2')).toEqual(['Sauerteig für Anfänger', 'Cake'])
    expect(page.values('h2', 'lang')).toEqual(['de', 'en'])
    expect(page.texts('p', { class: 'row-facts' })).toEqual([
      '12 Lektionen · Hobbybäcker, Familien',
      '1 Lektion · Englisch · Familien',
    ])
    expect(page.attributes('a', { class: 'button quiet' }).map((link) => link['aria-describedby'])).toEqual([
      'course-0',
      'course-1',
    ])
  })

  it('who has chosen a target group finds where to ask for news of it, and nobody else does', () => {
    const links = (fields?: Partial<Catalogue>) =>
      open(fields)
        .values('a', 'href')
        .filter((href) => href?.startsWith('/app/news'))

    const query = { targetGroup: 'Bäcker & Köche' }
    expect(links({ query })).toEqual(['/app/news?targetGroup=B%C3%A4cker%20%26%20K%C3%B6che'])
    expect(links({ query, items: [] })).toHaveLength(1)
    expect(links()).toEqual([])
  })

  it('the form searches by the address, and keeps what is chosen', () => {
    const page = open({ query: { q: 'brot "weiß"', targetGroup: 'Familien' } })

    expect(page.attributes('form')).toEqual([{ class: 'search', role: 'search', action: '/de/courses' }])
    expect(page.attributes('input').map(({ name, value }) => [name, value])).toEqual([
      ['q', 'brot "weiß"'],
      ['targetGroup', 'Familien'],
    ])
    expect(page.texts('h1')).toEqual(['Kurse zu „brot "weiß"“'])
    expect(page.texts('title')).toEqual(['Kurse zu „brot "weiß"“ · Familien · Coursewire'])
  })

  it('target groups of the courses can be chosen, the most frequent first', () => {
    const page = open({ query: { q: 'brot' } })

    expect(page.values('a', 'href').filter((href) => href?.includes('targetGroup'))).toEqual([
      '/de/courses?q=brot&targetGroup=Familien',
      '/de/courses?q=brot&targetGroup=Hobbyb%C3%A4cker',
    ])
  })

  it('the chosen target group is marked and leads back to all', () => {
    const page = open({ query: { q: 'brot', targetGroup: 'Rentner' }, items: [] })

    expect(page.attributes('a', { 'aria-current': 'true' })).toMatchObject([{ href: '/de/courses?q=brot' }])
  })

  it('a long list continues behind a real link, and leads back to its beginning', () => {
    const page = open({ query: { q: 'brot', cursor: '0.0.a' }, nextCursor: '1.0.b' })

    expect(page.values('a', 'href', { rel: 'next' })).toEqual(['/de/courses?q=brot&cursor=1.0.b'])
    expect(page.texts('a', { href: '/de/courses?q=brot' })).toEqual(['Zurück zum Anfang der Liste'])
    expect(open().values('a', 'rel')).not.toContain('next')
  })

  it('a search without a result leads to all courses', () => {
    const page = open({ items: [], query: { q: 'quark' } })

    expect(page.texts('h2')).toEqual(['Dazu gibt es noch keinen Kurs'])
    expect(page.texts('a', { class: 'button' })).toEqual(['Alle Kurse'])
  })

  it('a catalogue without courses says so, and leads to the other language', () => {
    const page = open({ items: [], language: 'en' })

    expect(page.texts('h2')).toEqual(['No courses yet'])
    expect(page.texts('a', { class: 'button' })).toEqual(['Kurse auf Deutsch'])
  })

  it('the list in the other language is one link away', () => {
    expect(open().attributes('a', { href: '/en/courses', lang: 'en' })[0]).toMatchObject({ hreflang: 'en' })
  })
})

describe('what search engines read', () => {
  it('a list names itself without the cursor, and the list in the other language', () => {
    const page = open({ query: { cursor: '0.0.a' } })

    expect(page.values('link', 'href', { rel: 'canonical' })).toEqual(['https://learn.example.org/de/courses'])
    expect(page.attributes('link', { rel: 'alternate' }).map(({ hreflang, href }) => [hreflang, href])).toEqual([
      ['de', 'https://learn.example.org/de/courses'],
      ['en', 'https://learn.example.org/en/courses'],
      ['x-default', 'https://learn.example.org/en/courses'],
    ])
    expect(page.values('meta', 'name')).not.toContain('robots')
    expect(page.data).toEqual([
      {
        '@context': 'https://schema.org',
        '@type': 'ItemList',
        itemListElement: [
          { '@type': 'ListItem', position: 1, url: 'https://learn.example.org/courses/sauerteig' },
          { '@type': 'ListItem', position: 2, url: 'https://learn.example.org/courses/cake' },
        ],
      },
    ])
  })

  it.each([{ q: 'brot' }, { targetGroup: 'Familien' }])('a list of %j only is not to be found', (query) => {
    const page = open({ query })

    expect(page.values('meta', 'content', { name: 'robots' })).toEqual(['noindex'])
    expect(page.attributes('link', { rel: 'alternate' })).toEqual([])
  })
})
