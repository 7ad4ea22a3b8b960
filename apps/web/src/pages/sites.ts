import type { Site } from '../storefront/types.ts'

/** Whose pages are shown: a function of the tenant alone, so that all its hosts share their pages. */
export function createSites(options: { webUrl: string; hosts: ReadonlyMap<string, string>; defaultTenant: string }) {
  const { webUrl, hosts, defaultTenant } = options
  const origins = new Map([[defaultTenant, new URL(webUrl).origin]])
  for (const [host, tenant] of hosts) {
    if (origins.has(tenant)) continue
    const url = new URL(webUrl)
    url.hostname = host
    origins.set(tenant, url.origin)
  }
  return (tenant: string): Site => ({
    name: 'Coursewire',
    origin: origins.get(tenant) ?? new URL(webUrl).origin,
    tenant,
  })
}
