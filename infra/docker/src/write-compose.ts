/** Writes docker-compose.yml from what the product declares; with `--check` it only says whether the file is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { renderCompose } from './compose.ts'

const file = new URL('../../../docker-compose.yml', import.meta.url)
const text = renderCompose()
if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docker-compose.yml is stale: run `pnpm run docs` in infra/docker\n')
  process.exitCode = 1
}
