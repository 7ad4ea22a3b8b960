import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Guarded } from './guard.ts'

/** Where what is fetched or unpacked once for all runs lies; git-ignored. */
export const cacheDirectory = fileURLToPath(new URL('../../../.coursewire/cache', import.meta.url))

/** The directory of a server: the given one, or a temporary one. Others may pass through it to what is theirs inside. */
export function openDirectory(dataDir: string | undefined): Guarded {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'coursewire-'))
  mkdirSync(directory, { recursive: true })
  chmodSync(directory, 0o711)
  return { directory, isTemporary: dataDir === undefined }
}

/** Lets `fill` make a directory at `target` unless it is there. Of several processes at once one wins, and all see it complete. */
export async function fillOnce(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const draft = mkdtempSync(`${target}-`)
  try {
    await fill(draft)
    chmodSync(draft, 0o755)
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

/** The text in `file`, written by `make` at the first call and the same at every later one. */
export function keepText(file: string, make: () => string): string {
  try {
    writeFileSync(file, make(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
