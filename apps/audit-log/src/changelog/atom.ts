import { createHash } from 'node:crypto'

export interface Changelog {
  slug: string
  title: string | null
  items: { version: string; at: string; changelog: string }[]
}

/** Leaves out what XML 1.0 cannot hold, even escaped. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Writes a changelog as an Atom feed (RFC 4287). The ids of the feed and its entries stay the same if the slug changes. */
export function writeAtom(
  { slug, title, items }: Changelog,
  page: { webUrl: string; distributionId: string; publicSince: string },
): string {
  const url = `${page.webUrl}/courses/${encodeURIComponent(slug)}`
  const self = `${page.webUrl}/api/changelogs/${encodeURIComponent(slug)}/feed`
  const idOf = (part: string) => `urn:uuid:${nameUuid(`${page.webUrl} ${page.distributionId} ${part}`)}`
  const entries = items.map(
    ({ version, at, changelog }) => `  <entry>
    <id>${idOf(version)}</id>
    <title>${escapeXml(version)}</title>
    <updated>${at}</updated>
    <link href="${escapeXml(url)}"/>
    <content type="text">${escapeXml(changelog)}</content>
  </entry>
`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${idOf('')}</id>
  <title>${escapeXml(title ?? slug)}</title>
  <updated>${items[0]?.at ?? page.publicSince}</updated>
  <author><name>${escapeXml(new URL(page.webUrl).host)}</name></author>
  <link rel="self" href="${escapeXml(self)}"/>
  <link rel="alternate" href="${escapeXml(url)}"/>
${entries.join('')}</feed>
`
}

/** A UUID that is always the same for a name (version 8 of RFC 9562). */
function nameUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
