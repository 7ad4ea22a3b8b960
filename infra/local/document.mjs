// Writes generated files, `node document.mjs openapi.json`, each with what src/docs.ts of the package here prints when it is given that path.
// With `--check` it only says which files are stale.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const args = process.argv.slice(2)
const isCheck = args.includes('--check')
for (const file of args.filter((arg) => arg !== '--check')) {
  const text = execFileSync(process.execPath, ['--import', 'tsx', 'src/docs.ts', file], {
    encoding: 'utf8',
    maxBuffer: Infinity,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!isCheck) {
    writeFileSync(file, text)
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is stale: run \`pnpm run docs\` in ${process.cwd()}`)
    process.exitCode = 1
  }
}
