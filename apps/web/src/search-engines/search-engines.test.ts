import { expect, it } from 'vitest'
import { site } from '../../test/examples.ts'
import { renderRobots } from './robots.ts'
import { renderSitemap, renderSitemapIndex, sitemapPath } from './sitemap.ts'

it('the index of the sitemap names each part and its last change', () => {
  expect(renderSitemapIndex([{ updatedAt: '2026-03-02T09:30:00Z' }, { updatedAt: '2026-03-03T09:30:00Z' }], site)).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://learn.example.org/sitemap-1.xml</loc><lastmod>2026-03-02T09:30:00Z</lastmod></sitemap>
<sitemap><loc>https://learn.example.org/sitemap-2.xml</loc><lastmod>2026-03-03T09:30:00Z</lastmod></sitemap>
</sitemapindex>
`,
  )
  expect(sitemapPath(2)).toBe('/sitemap-2.xml')
})

it('the sitemap has each page with its last change, and the same page in other languages', () => {
  const page = { slug: 'bread', language: 'en', updatedAt: '2026-03-02T09:30:00Z' }
  const pages = [
    { ...page, alternatives: [{ slug: 'brot', language: 'de' }] },
    { ...page, slug: 'cake', alternatives: [] },
  ]

  expect(renderSitemap(pages, site)).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url><loc>https://learn.example.org/courses/bread</loc><lastmod>2026-03-02T09:30:00Z</lastmod><xhtml:link rel="alternate" hreflang="de" href="https://learn.example.org/courses/brot"/><xhtml:link rel="alternate" hreflang="en" href="https://learn.example.org/courses/bread"/><xhtml:link rel="alternate" hreflang="x-default" href="https://learn.example.org/courses/bread"/></url>
<url><loc>https://learn.example.org/courses/cake</loc><lastmod>2026-03-02T09:30:00Z</lastmod></url>
</urlset>
`,
  )
})

it('robots.txt keeps crawlers out of the learner’s place and leads them to the sitemap', () => {
  expect(renderRobots(site)).toBe(`User-agent: *
Disallow: /app
Disallow: /api/
Disallow: /auth/

Sitemap: https://learn.example.org/sitemap.xml
`)
})
