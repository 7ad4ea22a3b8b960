import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Guarded } from './guard.ts'

/** The directory for files that are downloaded or unpacked once for all runs. Git ignores it. */
export const cacheDirectory = fileURLToPath(new URL('../../../.coursewire/cache', import.meta.url))

/** Creates the directory of a server: the given one or a temporary one. Other users may pass through it to their own files inside. */
export function openDirectory(dataDir: string | undefined): Guarded {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'coursewire-'))
  mkdirSync(directory, { recursive: true })
  chmodSync(directory, 0o711)
  return { directory, isTemporary: dataDir === undefined }
}

/** Lets `fill` create a directory at `target` unless it exists. If several processes do so at once, one wins, and all see it complete. */
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

/** Reads the text in `file`. The first call writes it with `make`; later calls return the same text. */
export function keepText(file: string, make: () => string): string {
  try {
    writeFileSync(file, make(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
