/** Prints the types of a service's HTTP API, made from its openapi.json: those for the path given, `types/<service>.d.ts`. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'

const document = `apps/${basename(process.argv[2] ?? '', '.d.ts')}/openapi.json`
const types = await openapiTS(await readFile(new URL(`../../../${document}`, import.meta.url), 'utf8'), {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  defaultNonNullable: false,
})
process.stdout.write(`// Generated from ${document} by \`pnpm run docs\`; do not edit.\n\n${astToString(types)}`)
