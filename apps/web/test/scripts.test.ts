import { readFileSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clientFolder } from '../src/pages/assets.ts'

type Manifest = Record<string, { file: string; imports?: string[] }>
const manifest = JSON.parse(readFileSync(`${clientFolder}/manifest.json`, 'utf8')) as Manifest

/** The scripts that are built from these sources, with everything that they import. */
function findScripts(sources: string[]): string[] {
  const withImports = (source: string): string[] => [source, ...(manifest[source]?.imports ?? []).flatMap(withImports)]
  return [...new Set(sources.map((source) => `client/${source}`).flatMap(withImports))].map((source) => {
    const built = manifest[source]
    if (!built) throw new Error(`The build has no ${source}`)
    return built.file
  })
}

function measureKilobytes(sources: string[]): number {
  const sizes = findScripts(sources).map((file) => statSync(`${clientFolder}/${file}.gz`).size)
  return sizes.reduce((sum, size) => sum + size, 0) / 1_024
}

const libraries = findScripts(['dashboard/index.html']).filter((file) => file.includes('libraries'))

it('the scripts of a course page are at most 3 KB for a visitor', () => {
  expect(measureKilobytes(['storefront/boot.ts', 'storefront/storefront.ts'])).toBeLessThanOrEqual(3)
})

it('the scripts of the first page of a learner are at most 125 KB', () => {
  const first = ['storefront/boot.ts', 'dashboard/early.ts', 'dashboard/index.html', 'dashboard/words.de.ts']
  const page = ['dashboard/my-courses.tsx', 'dashboard/recommendations.tsx']
  expect(measureKilobytes([...first, ...page])).toBeLessThanOrEqual(125)
})

it('the refresh of the session waits for no library', () => {
  expect(libraries).toHaveLength(1)
  expect(findScripts(['dashboard/early.ts'])).not.toContain(libraries[0])
})
