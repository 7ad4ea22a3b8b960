import type { App } from './app.ts'
import { apps } from './apps.ts'
import type { AppName } from './product.ts'

/** Finds the app that serves a public path: the one with the longest matching prefix, in whole segments. */
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
