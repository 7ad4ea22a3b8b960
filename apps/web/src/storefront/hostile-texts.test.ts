import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aCourse, assets, inEnglish, site } from '../../test/examples.ts'
import { openPage } from '../../test/html.ts'
import { renderSitemap } from '../search-engines/sitemap.ts'
import { renderCatalogue } from './catalogue-page.tsx'
import { renderCourse } from './course-page.tsx'
import type { Course } from './types.ts'

const parts = [
  '</script>',
  '<script>alert(1)</script>',
  '</title>',
  '<!--',
  '-->',
  ']]>',
  '"',
  "'",
  '`',
  '<',
  '>',
  '&',
  '&lt;script&gt;',
  '" onload="alert(1)',
  "' autofocus onfocus='alert(1)",
  '><img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '//evil.example',
  '/../',
  '?',
  '#',
  '%',
  '\\',
  '{{constructor}}',
  '\u0000',
  '\u2028',
  '\u202e',
  '\ud800',
  'ä',
  'a',
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }).map((some) => some.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
)
const texts = fc.uniqueArray(text, { maxLength: 3 })
const link = fc.record({ slug: text, title: text, targetGroup: texts })
const related = fc.uniqueArray(link, { maxLength: 2, selector: ({ slug }) => slug })
const fields = fc.record({
  courseId: text,
  distributionId: text,
  slug: text,
  title: text,
  description: text,
  targetGroup: texts,
  metaTitle: text,
  metaDescription: text,
  label: text,
  type: text,
  address: text,
  version: text,
  alternatives: related,
  variants: related,
})
type Hostile = typeof fields extends fc.Arbitrary<infer Value> ? Value : never

const buildCourse = ({
  metaTitle,
  metaDescription,
  label,
  type,
  address,
  alternatives,
  variants,
  ...others
}: Hostile) =>
  aCourse({
    ...others,
    seo: { metaTitle, metaDescription, ogImage: address },
    cta: { label, type, url: address },
    experiment: { arms: [{ label, ctaType: type }], split: [1], endsAt: label },
    alternatives: alternatives.map((one) => ({ ...inEnglish, ...one })),
    variants: variants.map((one) => ({ ...inEnglish, ...one })),
  })

/** The same with letters and digits only. What is not the same stays different. */
function defuse<Value>(value: Value): Value {
  if (typeof value === 'string') {
    if (value.trim() === '') return value
    const length = Math.max(value.length, 40)
    return createHash('sha256').update(value, 'utf16le').digest('hex').slice(0, length).padEnd(length, '0') as Value
  }
  if (Array.isArray(value)) return value.map(defuse) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, defuse(part)])) as Value
}

const safeAddress = /^(https?:\/\/|\/(?!\/)|#)/

it('no text of a course becomes an element, an attribute or an address of its page', () => {
  fc.assert(
    fc.property(fields, (hostile) => {
      const course = buildCourse(hostile)
      const render = (one: Course) => openPage(renderCourse({ course: one, recommended: [one], site, assets }))
      const page = render(course)
      const tame = render(buildCourse(defuse(hostile)))

      expect(page.skeleton).toEqual(tame.skeleton)
      for (const address of page.addresses) expect(address).toMatch(safeAddress)
      expect(page.data[0]).toMatchObject({ name: course.title, description: course.seo.metaDescription })
    }),
  )
})

it('no text of a course or a search becomes an element, an attribute or an address of a list', () => {
  const query = fc.record({ q: text, targetGroup: text, cursor: text })
  fc.assert(
    fc.property(fc.uniqueArray(fields, { maxLength: 3, selector: ({ slug }) => slug }), query, (all, asked) => {
      const render = (courses: Hostile[], searched: typeof asked) =>
        openPage(
          renderCatalogue({
            language: 'en',
            items: courses.map(buildCourse),
            query: searched,
            nextCursor: searched.cursor,
            site,
            assets,
          }),
        )
      const page = render(all, asked)

      expect(page.skeleton).toEqual(render(defuse(all), defuse(asked)).skeleton)
      for (const address of page.addresses) expect(address).toMatch(safeAddress)
    }),
  )
})

it.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JAVASCRIPT:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  '//evil.example',
  'not an address',
])('%j is neither a link nor a picture', (address) => {
  const page = openPage(
    renderCourse({
      course: aCourse({
        seo: { metaTitle: 'Brot', metaDescription: 'Backen', ogImage: address },
        cta: { label: 'Los', type: 'primary_button', url: address },
      }),
      recommended: [],
      site,
      assets,
    }),
  )

  for (const one of page.addresses) expect(one).toMatch(safeAddress)
  expect(page.attributes('meta', { property: 'og:image' })).toEqual([])
  expect(page.values('a', 'href', { class: 'button' })[0]).toMatch(/^\/app\/enroll\//)
})

it('no script, style or handler is in a page itself', () => {
  const html = [
    renderCourse({
      course: aCourse({ alternatives: [inEnglish], variants: [inEnglish] }),
      recommended: [aCourse()],
      site,
      assets,
    }),
    renderCatalogue({ language: 'de', items: [aCourse()], query: {}, nextCursor: null, site, assets }),
  ]

  for (const page of html.map(openPage)) {
    expect(page.skeleton.filter((element) => /^style| style| on/.test(element))).toEqual([])
    const scripts = page.attributes('script').filter(({ type }) => type !== 'application/ld+json')
    expect(scripts.map(({ src }) => String(src)).sort()).toEqual(['/assets/boot.js', '/assets/storefront.js'])
  }
})

it('no text becomes an element of the sitemap', () => {
  const page = fc.record({
    slug: text,
    language: fc.oneof(text, fc.constantFrom('de', 'en')),
    updatedAt: text,
    alternatives: fc.array(fc.record({ slug: text, language: fc.constantFrom('de', 'en', 'fr') }), { maxLength: 2 }),
  })
  const url =
    /^<url><loc>[^<>"']*<\/loc><lastmod>[^<>"']*<\/lastmod>(<xhtml:link rel="alternate" hreflang="[a-zA-Z0-9-]+" href="[^<>"']*"\/>)*<\/url>$/
  fc.assert(
    fc.property(page, (hostile) => {
      const [, body = ''] = /<urlset [^>]*>\n([^]*)\n<\/urlset>\n$/.exec(renderSitemap([hostile], site)) ?? []

      expect(body).toMatch(url)
      expect(body.replace(/&#\d+;/g, '')).not.toContain('&')
    }),
  )
})
