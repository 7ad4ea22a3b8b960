import { renderMessage } from '../storefront/message-page.tsx'
import type { Site } from '../storefront/types.ts'
import type { Language, MessageKind } from '../storefront/wording.ts'
import type { Assets } from './assets.ts'
import { buildPage, type Page } from './page.ts'

const statuses: Record<MessageKind, number> = { 'not-found': 404, gone: 410, unavailable: 503 }
const vary = 'accept-encoding, accept-language'

/** The pages that say that there is nothing to see. They are rendered once. */
export function createMessages(options: { siteOf: (tenantId: string) => Site; assets: Assets; cacheControl: string }) {
  const { siteOf, assets, cacheControl } = options
  const pages = new Map<string, Page>()
  return {
    find(kind: MessageKind, tenantId: string, language: Language): Page {
      const key = JSON.stringify([kind, tenantId, language])
      let page = pages.get(key)
      if (!page) {
        const html = renderMessage({ kind, language, site: siteOf(tenantId), assets })
        page = buildPage(statuses[kind], html, {
          vary,
          ...(kind === 'unavailable'
            ? { 'cache-control': 'no-store', 'retry-after': '2' }
            : { 'cache-control': cacheControl }),
        })
        pages.set(key, page)
      }
      return page
    },
  }
}

export type Messages = ReturnType<typeof createMessages>
