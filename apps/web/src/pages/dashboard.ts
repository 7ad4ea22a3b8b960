import type { HttpApp } from '@coursewire/service-kit'
import type { Assets, DashboardPage } from './assets.ts'
import { buildPage, sendPage } from './page.ts'
import { openRoute } from './routes.ts'

/** The pages that people come to from elsewhere. */
const entrances: Record<string, DashboardPage> = {
  '/app': 'my-courses',
  '/app/courses/*': 'course',
  '/app/sign-in': 'sign-in',
}

/** Serves the learner's place. Its addresses are routes of the browser's. */
export function addDashboardRoutes(app: HttpApp, { assets }: { assets: Assets }): void {
  const { boot, early, font, dashboard, scriptsOf } = assets
  const head = [
    `<script src="${boot}"></script>`,
    `<script type="module" async src="${early}"></script>`,
    `<link rel="preload" as="font" type="font/woff2" crossorigin href="${font}">`,
  ]
  function serve(path: string, scripts: string[]) {
    // Without these a browser learns what the page needs only once the application runs.
    const preloads = scripts.map((address) => `<link rel="modulepreload" crossorigin href="${address}">`)
    const html = dashboard.replace('</title>', `</title>${[...head, ...preloads].join('')}`)
    const page = buildPage(200, html, { 'cache-control': 'no-cache' })
    app.get(path, openRoute, (request, reply) => sendPage(request, reply, page))
  }
  for (const [path, page] of Object.entries(entrances)) serve(path, scriptsOf(page))
  serve('/app/*', [])
}
