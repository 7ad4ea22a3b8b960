// Writes what src/docs.ts of the package here prints into a file of it: `node document.mjs openapi.json`. With `--check` it only
// says whether the file is stale.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const [file = '', option] = process.argv.slice(2)
const text = execFileSync(process.execPath, ['--import', 'tsx', '--conditions=source', 'src/docs.ts'], {
  encoding: 'utf8',
  maxBuffer: Infinity,
  stdio: ['ignore', 'pipe', 'inherit'],
})
if (option !== '--check') {
  writeFileSync(file, text)
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error(`${file} is stale: run \`pnpm run docs\` in ${process.cwd()}`)
  process.exitCode = 1
}
