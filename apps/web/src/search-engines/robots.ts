import type { Site } from '../storefront/types.ts'

/** Renders robots.txt. Crawlers have no use for the learner's place and the APIs; everything that is public is in the pages. */
export function renderRobots({ origin }: Site): string {
  return [
    'User-agent: *',
    'Disallow: /app',
    'Disallow: /api/',
    'Disallow: /auth/',
    '',
    `Sitemap: ${origin}/sitemap.xml`,
    '',
  ].join('\n')
}
