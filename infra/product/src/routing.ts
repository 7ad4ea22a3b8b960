import type { App } from './app.ts'
import { apps } from './apps.ts'
import type { AppName } from './product.ts'

/** The app that serves a path of the public address: the one with the longest beginning that fits, by whole segments. */
export function findAppFor<Name extends string = AppName>(
  path: string,
  table: Record<Name, Pick<App, 'paths'>> = apps as unknown as Record<Name, App>,
): Name | null {
  const fits = (prefix: string) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
  let longest: { app: Name; prefix: string } | null = null
  for (const app of Object.keys(table) as Name[]) {
    for (const prefix of table[app].paths) {
      if (fits(prefix) && prefix.length > (longest?.prefix.length ?? 0)) longest = { app, prefix }
    }
  }
  return longest?.app ?? null
}
