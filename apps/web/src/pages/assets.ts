import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder with what Vite has built for browsers. */
export const clientFolder = fileURLToPath(new URL('../../dist/client', import.meta.url))

type Manifest = Record<string, { file: string; assets?: string[]; imports?: string[] }>

/** The addresses of what pages load. */
export interface Assets {
  /** The stylesheet of the storefront. */
  css: string
  /** What the storefront does beyond being read. */
  script: string
  /** Makes buttons enrol. Only the pages of somebody who is signed in load it. */
  enrolling: string
  /** Runs before the first paint. */
  boot: string
  font: string
  icon: string
  /** Starts the refresh of the session beside the dashboard's main bundle. */
  early: string
  /** The dashboard's page, as Vite has written it. */
  dashboard: string
  /** The scripts of one of its pages that its HTML does not name. */
  scriptsOf: (page: DashboardPage) => string[]
}

export type DashboardPage = 'my-courses' | 'course' | 'sign-in'

/** Reads what the build has written. Throws if there is no build. */
export function readAssets(): Assets {
  const manifest = JSON.parse(readFileSync(`${clientFolder}/manifest.json`, 'utf8')) as Manifest
  function find(source: string) {
    const built = manifest[source]
    if (!built) throw new Error(`The build has no ${source}`)
    return built
  }
  const addressOf = (source: string) => `/${find(source).file}`
  const withImports = (source: string): string[] => [source, ...(find(source).imports ?? []).flatMap(withImports)]
  const dashboard = readFileSync(`${clientFolder}/client/dashboard/index.html`, 'utf8')
  return {
    css: addressOf('client/storefront/storefront.css'),
    script: addressOf('client/storefront/storefront.ts'),
    enrolling: addressOf('client/storefront/enrolling.ts'),
    boot: addressOf('client/storefront/boot.ts'),
    font: `/${find('client/storefront/storefront.css').assets?.[0]}`,
    icon: addressOf('client/icon.svg'),
    early: addressOf('client/dashboard/early.ts'),
    dashboard,
    scriptsOf: (page) =>
      [...new Set(withImports(`client/dashboard/${page}.tsx`).map(addressOf))].filter(
        (address) => !dashboard.includes(address),
      ),
  }
}
