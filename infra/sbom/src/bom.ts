import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A package, as far as its licences need it. */
export interface Component {
  group?: string
  name: string
  version: string
  licenses?: { expression?: string; license?: { id?: string; name?: string } }[]
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Lists every package in the images of the apps and of `setup`, in CycloneDX 1.6, from the lockfile and what is installed. Throws if pnpm fails. */
export function readBom(): { text: string; components: Component[] } {
  const format = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application', '--prod']
  const images = ['--filter', './apps/*', '--filter', '@coursewire/setup']
  const text = execFileSync('pnpm', ['sbom', ...format, ...images], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { text, components: (JSON.parse(text) as { components: Component[] }).components }
}
