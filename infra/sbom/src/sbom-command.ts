// `npm run sbom` prints the software bill of materials. With `--licences` it prints nothing but what is refused, and fails if anything is.
import { readBom } from './bom.ts'
import { findRefused } from './licences.ts'

const { text, components } = readBom()
if (process.argv.includes('--licences')) {
  const refused = findRefused(components)
  for (const { name, licence } of refused)
    console.error(`${name} has ${licence}, which infra/sbom/src/licences.ts does not allow`)
  if (refused.length > 0) console.error('Use another package, or have the licence allowed there')
  process.exitCode = refused.length > 0 ? 1 : 0
} else {
  process.stdout.write(text)
}
