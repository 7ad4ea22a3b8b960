import type { HttpApp } from '@coursewire/service-kit'
import type { Assets } from './assets.ts'
import { buildPage, sendPage } from './page.ts'

/** Serves the learner's place. Its addresses are routes of the browser's. */
export function addDashboardRoutes(app: HttpApp, { assets }: { assets: Assets }): void {
  const { boot, early, font, dashboard } = assets
  const head = [
    `<script src="${boot}"></script>`,
    `<script type="module" async src="${early}"></script>`,
    `<link rel="preload" as="font" type="font/woff2" crossorigin href="${font}">`,
  ].join('')
  const page = buildPage(200, dashboard.replace('</title>', `</title>${head}`), { 'cache-control': 'no-cache' })
  for (const path of ['/app', '/app/*']) {
    app.get(path, { schema: { hide: true }, config: { access: 'public', isQuiet: true } }, (request, reply) =>
      sendPage(request, reply, page),
    )
  }
}
