import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { clientFolder } from '../src/pages/assets.ts'

/** Pages name the files that the build has written. */
export async function setup(): Promise<void> {
  if (existsSync(`${clientFolder}/manifest.json`)) return
  await build({ root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error' })
}
