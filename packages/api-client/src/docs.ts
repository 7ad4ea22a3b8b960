/** Writes the types of each service's HTTP API from its openapi.json; with `--check` it only says whether they are stale. */
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

for (const service of ['enrollment-api', 'distribution-service']) {
  const document = await readFile(new URL(`../../../apps/${service}/openapi.json`, import.meta.url), 'utf8')
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: false }
  const types = await openapiTS(document, options)
  const page = `// Generated from apps/${service}/openapi.json by \`pnpm run docs\`; do not edit.\n\n${astToString(types)}`
  const file = new URL(`../types/${service}.d.ts`, import.meta.url)
  if (!process.argv.includes('--check')) {
    await writeFile(file, page)
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
    process.stderr.write(`${service}.d.ts is stale: run \`pnpm run docs\` in packages/api-client\n`)
    process.exitCode = 1
  }
}
