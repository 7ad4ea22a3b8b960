import { describe, expect, it } from 'vitest'
import { aCourse, assets, inEnglish, site } from '../../test/examples.ts'
import { openPage } from '../../test/html.ts'
import { renderCourse } from './course-page.tsx'
import type { Entry } from './types.ts'

const open = (fields: Parameters<typeof aCourse>[0] = {}, recommended: Entry[] = []) =>
  openPage(renderCourse({ course: aCourse(fields), recommended, site, assets }))

describe('what a reader sees', () => {
  it('a course has its title, its description, its facts and a link to enrol', () => {
    const page = open({ workload: 'PT20H', startsAt: '2027-01-12' })

    expect(page.texts('h1')).toEqual(['Sauerteig für Anfänger'])
    expect(page.texts('p', { class: 'lead' })).toEqual(['Vom Ansatz bis zum Brot.'])
    expect(page.texts('p', { lang: 'de' })).toContain('Zwölf Abende in der eigenen Küche.')
    expect(page.texts('dd')).toEqual(['12 Lektionen', '20 Stunden', '12. Januar 2027', 'Deutsch', '2'])
    expect(page.attributes('a', { class: 'button' })[0]).toMatchObject({
      href: '/app/enroll/course_1?distributionId=dist_1&ctaType=primary_button',
      'data-course': 'course_1',
      'data-distribution': 'dist_1',
      'data-cta': 'primary_button',
      'data-slug': 'sauerteig',
      'data-continue': 'Weiterlernen',
    })
  })

  it('a target group leads to the courses for it', () => {
    expect(open({ targetGroup: ['R&D, B2B'] }).values('a', 'href')).toContain('/de/courses?targetGroup=R%26D%2C%20B2B')
  })

  it('a course without lessons, description, target groups or variants has no empty parts', () => {
    const page = open({ totalLessons: null, description: '', targetGroup: [] })

    expect(page.texts('h2')).toEqual(['Auf einen Blick'])
    expect(page.attributes('svg', { class: 'path' })).toEqual([])
    expect(page.texts('dd')).toEqual(['jederzeit', 'Deutsch', '2'])
  })

  it('variants and other languages are linked', () => {
    const variant = { ...inEnglish, slug: 'sauerteig-kita', language: 'de', title: 'Sauerteig in der Kita' }
    const page = open({ alternatives: [inEnglish], variants: [variant] })

    expect(page.attributes('a', { href: '/courses/sourdough' })).toMatchObject([{ hreflang: 'en', lang: 'en' }])
    expect(page.values('a', 'href')).toContain('/courses/sauerteig-kita')
  })

  it('courses that its learners also chose are linked, and a course without them has no such heading', () => {
    const title = 'Wer diesen Kurs belegt, hat auch gewählt'
    const page = open({}, [aCourse({ slug: 'brot', title: 'Brot', language: 'de-AT' })])

    expect(page.texts('h2')).toContain(title)
    expect(page.attributes('a', { href: '/courses/brot' })).toMatchObject([{ lang: 'de-AT' }])
    expect(open().texts('h2')).not.toContain(title)
  })

  it('a call to action that an editor has led elsewhere is a link to there', () => {
    const page = open({ cta: { label: 'Zum Partner', type: 'partner', url: 'https://partner.example.com/x' } })

    const [link] = page.attributes('a', { class: 'button' })
    expect(link).toMatchObject({ href: 'https://partner.example.com/x', 'data-cta': 'partner' })
    expect(link).not.toHaveProperty('data-course')
  })
})

describe('calls to action that are tried out', () => {
  const arms = [
    { label: 'Jetzt einschreiben', ctaType: 'primary_button' },
    { label: 'Gleich anfangen', ctaType: 'eager_button' },
  ]
  const experiment = { arms, split: [70, 30], endsAt: '2027-01-01T00:00:00.000Z' }

  it('are all in the page, the usual one last, with what decides between them', () => {
    const page = open({ experiment, cta: { label: 'Einschreiben', type: 'plain_button' } })

    // Above the description, and at the bottom of a phone.
    expect(page.attributes('coursewire-arms')).toEqual(
      Array(2).fill({ 'data-of': 'dist_1', 'data-split': '70,30', 'data-ends': experiment.endsAt }),
    )
    const labels = ['Jetzt einschreiben', 'Gleich anfangen', 'Einschreiben']
    expect(page.texts('a', { class: 'button' })).toEqual([...labels, ...labels])
    const types = ['primary_button', 'eager_button', 'plain_button']
    expect(page.values('a', 'data-cta', { class: 'button' })).toEqual([...types, ...types])
    expect(page.values('a', 'href', { class: 'button' })[1]).toBe(
      '/app/enroll/course_1?distributionId=dist_1&ctaType=eager_button',
    )
  })

  it('lead where the usual one does', () => {
    const url = 'https://partner.example.com/x'
    const page = open({ experiment, cta: { label: 'Zum Partner', type: 'partner', url } })

    expect(new Set(page.values('a', 'href', { class: 'button' }))).toEqual(new Set([url]))
  })

  it.each([null, undefined])('are none where the catalogue names none (%s)', (none) => {
    expect(open({ experiment: none }).attributes('coursewire-arms')).toEqual([])
  })
})

describe('the language of a page', () => {
  it.each([
    ['de', { html: 'de', body: undefined, nav: 'Kurse' }],
    ['de-AT', { html: 'de-AT', body: 'de', nav: 'Kurse' }],
    ['en-GB', { html: 'en-GB', body: 'en', nav: 'Courses' }],
    ['fr', { html: 'fr', body: 'en', nav: 'Courses' }],
    ['not a language', { html: '', body: 'en', nav: 'Courses' }],
  ])('a course in %s is announced as %j', (language, expected) => {
    const page = open({ language })

    expect(page.values('html', 'lang')).toEqual([expected.html])
    expect(page.values('body', 'lang')).toEqual([expected.body])
    expect(page.values('h1', 'lang')).toEqual([expected.html])
    expect(page.texts('a')).toContain(expected.nav)
  })
})

describe('what search engines read', () => {
  const listTranslations = (page: ReturnType<typeof open>) =>
    page.attributes('link', { rel: 'alternate' }).flatMap(({ hreflang, href }) => (hreflang ? [[hreflang, href]] : []))

  it('title and description are those for search engines, or else those of the course', () => {
    const page = open()
    expect(page.texts('title')).toEqual(['Sauerteig lernen · Coursewire'])
    expect(page.values('meta', 'content', { name: 'description' })).toEqual(['Brot backen in zwölf Lektionen.'])

    const bare = open({ seo: { metaTitle: '', metaDescription: '' } })
    expect(bare.texts('title')).toEqual(['Sauerteig für Anfänger · Coursewire'])
    expect(bare.values('meta', 'content', { name: 'description' })).toEqual(['Sauerteig für Anfänger'])
  })

  it('a page names itself and its other languages, and a default for all others', () => {
    const page = open({ alternatives: [inEnglish] })

    expect(page.values('link', 'href', { rel: 'canonical' })).toEqual(['https://learn.example.org/courses/sauerteig'])
    expect(listTranslations(page)).toEqual([
      ['de', 'https://learn.example.org/courses/sauerteig'],
      ['en', 'https://learn.example.org/courses/sourdough'],
      ['x-default', 'https://learn.example.org/courses/sourdough'],
    ])
    expect(page.values('meta', 'name')).not.toContain('robots')
  })

  it('a variant that names its parent as the real page is no translation of anything', () => {
    const page = open({ canonicalUrl: 'https://learn.example.org/courses/brot', alternatives: [inEnglish] })

    expect(page.values('link', 'href', { rel: 'canonical' })).toEqual(['https://learn.example.org/courses/brot'])
    expect(listTranslations(page)).toEqual([])
  })

  it('a page that is not to be found says so, and is no translation either', () => {
    const seo = { metaTitle: '', metaDescription: '', noindex: true }
    const page = open({ seo, alternatives: [inEnglish] })

    expect(page.values('meta', 'content', { name: 'robots' })).toEqual(['noindex'])
    expect(listTranslations(page)).toEqual([])
  })

  it('a page leads people and feed readers to what is new in the course', () => {
    const feed = { type: 'application/atom+xml' }

    for (const tag of ['a', 'link']) {
      expect(open().values(tag, 'href', feed)).toEqual(['/api/changelogs/sauerteig/feed'])
    }
  })

  it('OpenGraph has title, text, address, language and picture', () => {
    const ogImage = 'https://cdn.example.com/bread.jpg'
    const page = open({ seo: { metaTitle: 'Brot', metaDescription: 'Backen.', ogImage } })

    const tags = page.attributes('meta').flatMap(({ property, content }) => (property ? [[property, content]] : []))
    expect(Object.fromEntries(tags)).toEqual({
      'og:type': 'website',
      'og:site_name': 'Coursewire',
      'og:title': 'Brot',
      'og:description': 'Backen.',
      'og:url': 'https://learn.example.org/courses/sauerteig',
      'og:locale': 'de_DE',
      'og:image': ogImage,
    })
  })

  it('structured data describe the course and where it is', () => {
    expect(open().data).toEqual([
      {
        '@context': 'https://schema.org',
        '@type': 'Course',
        name: 'Sauerteig für Anfänger',
        description: 'Brot backen in zwölf Lektionen.',
        url: 'https://learn.example.org/courses/sauerteig',
        inLanguage: 'de',
        dateModified: '2026-03-02T09:30:00.000000Z',
        audience: [
          { '@type': 'EducationalAudience', audienceType: 'Hobbybäcker' },
          { '@type': 'EducationalAudience', audienceType: 'Familien' },
        ],
        provider: { '@type': 'Organization', name: 'Coursewire', url: 'https://learn.example.org' },
      },
      {
        '@context': 'https://schema.org',
        '@type': 'BreadcrumbList',
        itemListElement: [
          { '@type': 'ListItem', position: 1, name: 'Kurse', item: 'https://learn.example.org/de/courses' },
          {
            '@type': 'ListItem',
            position: 2,
            name: 'Sauerteig für Anfänger',
            item: 'https://learn.example.org/courses/sauerteig',
          },
        ],
      },
    ])
  })

  it.each([
    [{ workload: 'PT20H' }, { courseWorkload: 'PT20H' }],
    [{ startsAt: '2027-01-12' }, { startDate: '2027-01-12' }],
    [
      { workload: 'P3W', startsAt: '2027-01-12' },
      { courseWorkload: 'P3W', startDate: '2027-01-12' },
    ],
  ])('a course with %j says how it is held', (known, expected) => {
    expect(open(known).data[0]).toMatchObject({
      hasCourseInstance: { '@type': 'CourseInstance', courseMode: 'Online', ...expected },
    })
  })
})
