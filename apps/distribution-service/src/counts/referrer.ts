import type { referrerCategory } from '@coursewire/events'
import { isbot } from 'isbot'
import type { z } from 'zod'

export type ReferrerCategory = z.infer<typeof referrerCategory>

type Headers = Record<string, string | string[] | undefined>
type Campaign = { utm_source?: string | undefined; utm_medium?: string | undefined }

/** Of sites that are known by one name under the endings of many countries. */
const named = (names: string) => String.raw`(^|\.)(${names})\.(com?\.)?[a-z]{2,3}$`
const sites: [ReferrerCategory, RegExp][] = [
  ['email', /^(mail|outlook|webmail|email)\./],
  [
    'organic_search',
    new RegExp(`${named('google|bing|duckduckgo|ecosia|qwant|startpage|baidu|yandex|yahoo|brave')}|^search\\.`),
  ],
  [
    'social',
    new RegExp(
      `${named('facebook|instagram|linkedin|twitter|pinterest|reddit|tiktok|youtube|xing|threads|bsky|whatsapp')}|${String.raw`^(t\.co|x\.com|lnkd\.in|fb\.me|youtu\.be|t\.me)$`}`,
    ),
  ],
]

/**
 * Where a visitor came from, as the request says: a campaign by its `utm_` parameters, else the host of the Referer. Both are
 * forgotten with the request. `ownHosts` are those of our own pages.
 */
export function categorizeReferrer(
  headers: Headers,
  campaign: Campaign,
  ownHosts: ReadonlySet<string>,
): ReferrerCategory {
  const medium = campaign.utm_medium?.toLowerCase()
  if (medium !== undefined || campaign.utm_source !== undefined) return categorizeCampaign(medium, campaign.utm_source)

  const referer = String(headers['referer'] ?? '')
  if (referer === '') return 'direct'
  const url = parse(referer)
  if (!url) return 'unknown'
  const { host, hostname, protocol } = url
  if (protocol === 'android-app:') return 'referral'
  if (protocol !== 'https:' && protocol !== 'http:') return 'unknown'
  if (ownHosts.has(host)) return 'internal'
  return sites.find(([, pattern]) => pattern.test(hostname))?.[0] ?? 'referral'
}

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}

function categorizeCampaign(medium = '', source = ''): ReferrerCategory {
  if (/^(cpc|ppc|cpm|paid.?search|sem|ads?)$/.test(medium)) return 'paid_search'
  if (/^(e-?mail|newsletter)$/.test(medium)) return 'email'
  if (/social/.test(medium)) return 'social'
  if (medium === 'organic') return 'organic_search'
  if (medium === 'referral' || medium === 'affiliate') return 'referral'
  const bySource = sites.find(([, pattern]) => pattern.test(`${source.toLowerCase()}.com`))
  return bySource?.[0] ?? 'unknown'
}

const purposes = ['sec-purpose', 'purpose', 'x-moz']

/** Whether a machine asks, or a browser that only prepares for somebody who may never come. */
export function isNobody(headers: Headers): boolean {
  if (purposes.some((name) => headers[name] && /prefetch|prerender|preview/i.test(String(headers[name])))) return true
  return isMachine(String(headers['user-agent'] ?? ''))
}

const MAX_KNOWN = 1_000
const known = new Map<string, boolean>()

/** Most come with one of few agents, and to look through the list of crawlers is the largest part of counting a view. */
function isMachine(agent: string): boolean {
  let answer = known.get(agent)
  if (answer === undefined) {
    answer = isbot(agent)
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(agent, answer)
  }
  return answer
}
