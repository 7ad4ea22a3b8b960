import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { validate } from '@readme/openapi-parser'
import { createConfig, lint } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'

type Content = Record<string, { schema?: { $ref?: string } }>
type Operation = {
  operationId: string
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, { content?: Content }>
}
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<
      string,
      { examples?: unknown[]; anyOf?: { type?: string }[]; properties?: { code?: { enum?: string[] } } }
    >
  }
}

const apps = fileURLToPath(new URL('../../../apps/', import.meta.url))

function readSources(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return files.map((name) => readFileSync(`${folder}${name}`, 'utf8')).join('\n')
}

describe.each(['enrollment-api', 'distribution-service', 'email-worker', 'audit-log', 'insights'])(
  'the OpenAPI document of %s',
  (service) => {
    const file = `${apps}${service}/openapi.json`
    const text = readFileSync(file, 'utf8')
    const { paths, components }: Document = JSON.parse(text)
    const operations = Object.values(paths).flatMap((path) => Object.values(path))

    it("passes Redocly's recommended rules without a warning", async () => {
      const problems = await lint({ ref: file, config: await createConfig({ extends: ['recommended'] }) })

      expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
    })

    it('passes a second validator without a warning', async () => {
      expect(await validate(JSON.parse(text))).toEqual({ valid: true, specification: 'OpenAPI', warnings: [] })
    })

    it('names every body and every answer, with an example', () => {
      const contents = operations.flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses)])
      const schemas = contents.flatMap((part) => Object.values(part?.content ?? {})).map(({ schema }) => schema?.$ref)
      const names = new Set(schemas.map((ref) => ref?.split('/').at(-1) ?? 'without a name'))

      expect([...names].filter((name) => components.schemas[name]?.examples === undefined)).toEqual([])
    })

    it('requires a body exactly where it may not be null', () => {
      const bodies = operations.flatMap(({ operationId, requestBody }) => {
        const name = requestBody?.content['application/json']?.schema?.$ref?.split('/').at(-1)
        if (name === undefined) return []
        const mayBeNull = components.schemas[name]?.anyOf?.some(({ type }) => type === 'null') ?? false
        return [{ operationId, required: requestBody?.required ?? false, mayBeNull }]
      })

      expect(bodies.filter(({ required, mayBeNull }) => required === mayBeNull)).toEqual([])
      // Some are required, where there are bodies at all.
      expect(bodies.some(({ required }) => required)).toBe(bodies.length > 0)
    })

    it('holds no pattern that only ECMAScript can read', () => {
      expect(text).not.toMatch(/"pattern": ".*\\\\p\{/i)
    })

    it('knows every code that the service refuses with, and no other', () => {
      const code = [`${apps}${service}/src/`, `${apps}../packages/service-kit/src/http/`].map(readSources).join('\n')
      const asksForScopes = /access: .*\bscope: '/.test(code)
      const comparesEntities = /\bpreValidation: .*requireIfMatch/.test(code)
      const thrown = [...code.matchAll(/new AppError\(\s*'([a-z-]+)',\s*'([a-z.-]+)'/g)]
        // All of these are told as service.unavailable.
        .filter(([, kind]) => kind !== 'unavailable')
        .map(([, , name]) => name)
        .filter((name) => name !== 'scope.insufficient' || asksForScopes)
        .filter((name) => !name?.startsWith('if-match.') || comparesEntities)
      const described = components.schemas['Problem']?.properties?.code?.enum ?? []

      // Those of email-worker become reasons in the ledger.
      if (service !== 'email-worker') expect(thrown.filter((name) => !described.includes(name ?? ''))).toEqual([])
      expect(described.filter((name) => !code.includes(`'${name}'`))).toEqual([])
    })
  },
)
