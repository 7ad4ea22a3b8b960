import { coursePath, listAlternates } from '../storefront/links.ts'
import type { Site } from '../storefront/types.ts'

/** A course page as the sitemap needs it. */
export interface SitemapPage {
  slug: string
  language: string
  updatedAt: string
  alternatives: { slug: string; language: string }[]
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** Where a part of the sitemap is. The first one has the number 1. */
export const sitemapPath = (number: number) => `/sitemap-${number}.xml`

/** Renders the index of the sitemap: for each part when one of its pages was last changed. */
export function renderSitemapIndex(parts: { updatedAt: string }[], { origin }: Site): string {
  const entries = parts.map(
    ({ updatedAt }, index) =>
      `<sitemap><loc>${escape(origin + sitemapPath(index + 1))}</loc><lastmod>${escape(updatedAt)}</lastmod></sitemap>\n`,
  )
  return `${declaration}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('')}</sitemapindex>\n`
}

/** Renders a part of the sitemap. */
export function renderSitemap(pages: SitemapPage[], { origin }: Site): string {
  const entries = pages.map(({ slug, language, updatedAt, alternatives }) => {
    const all = [{ slug, language }, ...alternatives]
    const links = listAlternates(all.map((page) => ({ language: page.language, url: origin + coursePath(page.slug) })))
      .map(({ language, url }) => `<xhtml:link rel="alternate" hreflang="${language}" href="${escape(url)}"/>`)
      .join('')
    return `<url><loc>${escape(origin + coursePath(slug))}</loc><lastmod>${escape(updatedAt)}</lastmod>${links}</url>\n`
  })
  return `${declaration}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${entries.join('')}</urlset>\n`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
