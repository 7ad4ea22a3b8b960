import { tab } from '../storage.ts'

/** The API accepts no more. */
const MAX_CAMPAIGN = 200
const MAX_REFERRER = 1_000

/** Counts something. Nothing in it says who it was, and the page does not wait for it. */
function count(slug: string, path: string, body: object): void {
  fetch(`/api/courses/${encodeURIComponent(slug)}/${path}`, {
    method: 'POST',
    keepalive: true,
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {})
}

/** Whether something happens for the first time in this tab. */
function isFirst(key: string): boolean {
  if (tab.get(key)) return false
  tab.set(key, '1')
  return true
}

/** Counts a click. Where calls to action are tried out, a tab counts once: a second click of the same visitor says nothing new. */
export function countClick(slug: string, ctaType: string, isTriedOut: boolean): void {
  if (!isTriedOut || isFirst(`coursewire.clicked.${slug}`)) count(slug, 'enrollment-clicks', { ctaType })
}

/** Counts a view of a course, once as long as the tab is open. A page that the browser has only prepared is not seen yet. */
export function countView(slug: string, ctaType: string | undefined): void {
  if ('prerendering' in document && document.prerendering) {
    document.addEventListener('prerenderingchange', () => countView(slug, ctaType), { once: true })
    return
  }
  if (!isFirst(`coursewire.viewed.${slug}`)) return

  const given = new URLSearchParams(location.search)
  const campaign = new URLSearchParams()
  for (const name of ['utm_source', 'utm_medium']) {
    const value = given.get(name)
    if (value) campaign.set(name, value.slice(0, MAX_CAMPAIGN))
  }
  // The rest of an address can say who came from there. An empty one says that nobody led here; without it our own page would count.
  const [referrer] = document.referrer.slice(0, MAX_REFERRER).split(/[?#]/)
  count(slug, `views?${campaign}`, { ctaType, referrer })
}
