import type { referrerCategory } from '@coursewire/events'
import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import { categorizeApp, categorizeBrand, categorizeSite } from './known-referrers.ts'

export type ReferrerCategory = z.infer<typeof referrerCategory>

type Headers = Record<string, string | string[] | undefined>
type Campaign = { utm_source?: string | undefined; utm_medium?: string | undefined }

/**
 * Finds out where a visitor came from: the campaign in the `utm_` parameters, or else the host of the referrer. Neither is kept. `ownHosts` are
 * the hosts of our own pages.
 */
export function categorizeReferrer(
  referrer: string,
  campaign: Campaign,
  ownHosts: ReadonlySet<string>,
): ReferrerCategory {
  const medium = campaign.utm_medium?.trim().toLowerCase() ?? ''
  const source = campaign.utm_source?.trim().toLowerCase() ?? ''
  // Empty says nothing.
  if (medium + source !== '') return categorizeCampaign(medium, source)

  if (referrer === '') return 'direct'
  const url = parse(referrer)
  if (!url) return 'unknown'
  const { host, hostname, pathname, protocol } = url
  if (protocol === 'android-app:') return categorizeApp(hostname) ?? 'referral'
  if (protocol !== 'https:' && protocol !== 'http:') return 'unknown'
  if (ownHosts.has(host)) return 'internal'
  return categorizeSite(hostname, pathname) ?? 'referral'
}

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}

/** The words are those of the default channels of Google Analytics 4, which people who tag links go by. */
const media: [ReferrerCategory, RegExp][] = [
  // Advertisements that are neither beside search results nor on a social site.
  ['unknown', /^(display|banner|expandable|interstitial|cpm|audio|video|sms|.*push)$/],
  ['email', /^(e[-_ ]?mail|newsletter)$/],
  ['social', /social|^sm$/],
  ['organic_search', /^organic$/],
  ['referral', /^(referral|affiliate|app|link)$/],
]
const paid = /^(.*cp[cav]|ppc|retargeting|paid.*|sem|ads?)$/

function categorizeCampaign(medium: string, source: string): ReferrerCategory {
  const byMedium = media.find(([, pattern]) => pattern.test(medium))?.[0]
  if (byMedium) return byMedium
  const bySource = /^(e[-_ ]?mail|newsletter)$/.test(source) ? 'email' : categorizeBrand(source)
  // An advertisement on a social site is not paid search.
  if (paid.test(medium)) return bySource === 'social' ? 'social' : 'paid_search'
  return bySource ?? 'unknown'
}

const purposes = ['sec-purpose', 'purpose', 'x-moz']

/** Whether the request comes from a machine, or from a browser that prefetches a page that nobody may ever open. */
export function isNobody(headers: Headers): boolean {
  if (purposes.some((name) => headers[name] && /prefetch|prerender|preview/i.test(String(headers[name])))) return true
  return isMachine(String(headers['user-agent'] ?? ''))
}

/** No browser says so much about itself; anything longer is neither looked through nor remembered. */
const MAX_AGENT = 1_000
/** Most requests have one of few agents, and searching the list of crawlers is the largest part of counting a view. */
const known = new LRUCache<string, boolean>({ max: 1_000, memoMethod: (agent) => isbot(agent) })

function isMachine(agent: string): boolean {
  return agent.length > MAX_AGENT || known.memo(agent)
}
