import { readFileSync } from 'node:fs'
import type { Role } from '@coursewire/service-kit'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAsEditor } from './helpers.ts'
import { arbitraryOf, type Schema } from './schema-arbitrary.ts'

const REQUESTS = 1_000

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }
type Content = Record<string, { schema: Schema }>
type Operation = {
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
type Request = { parameters: Record<string, string | undefined>; body: unknown; role: Role }

const document: { paths: Record<string, Record<string, Operation>> } = dereference(
  JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')),
)
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase() as Method, path, operation })),
)
const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** The document with everything it refers to in its place. */
function dereference<Document>(document: Document): Document {
  function resolve(part: unknown): unknown {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map(resolve)
    if (!('$ref' in part)) return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value)]))
    const path = String(part.$ref).split('/').slice(1)
    return resolve(path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], document))
  }
  return resolve(document) as Document
}

let service: Awaited<ReturnType<typeof openAsEditor>>
let sent = 0
const known: Record<string, string[]> = { id: [], slug: [], courseId: ['course_1'], version: ['v1', 'v2'], cursor: [] }
beforeAll(async () => {
  service = await openAsEditor()
  for (let count = 0; count < 3; count += 1) await addFamily()
  return service.close
})

/** A public entry with versions, an old slug and a variant. */
async function addFamily(): Promise<void> {
  const { create, call, change, derive } = service
  const { id, slug } = await create()
  await call('POST', `/${id}/publish`)
  await call('POST', `/${id}/versions`, { changelog: 'one' })
  const { body } = await change(id, { slug: `${slug}-new` })
  const variant = await derive(id)
  known.id?.push(id, variant.id)
  known.cursor?.push(id)
  known.slug?.push(slug, body.slug)
}

/** What the document allows, with ids of what is there; or, for every third request, something of it bent. */
function requestOf({ parameters = [], requestBody }: Operation): fc.Arbitrary<Request> {
  const values = Object.fromEntries(
    parameters.map((parameter) => {
      const { name, required, schema } = parameter
      const real = fc.nat().map((index) => known[name]?.at(index % (known[name]?.length || 1)))
      const ofDocument = name === 'if-match' ? fc.constantFrom('*', '"other"') : arbitraryOf(schema).map(toText)
      const value = known[name] ? fc.oneof({ weight: 4, arbitrary: real }, ofDocument) : ofDocument
      const bent = fc.string({ unit: 'binary', maxLength: 40 })
      const chosen = fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: bent })
      return [`${parameter.in} ${name}`, required ? chosen : fc.option(chosen, { nil: undefined })]
    }),
  )
  const schema = requestBody?.content['application/json']?.schema
  return fc.record({
    parameters: fc.record(values),
    body: schema ? arbitraryOf(schema, true) : fc.constant(undefined),
    role: fc.constantFrom<Role>('editor', 'editor', 'editor', 'service', 'service', 'student'),
  })
}

async function send(method: Method, path: string, { parameters, body, role }: Request) {
  let url = path
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(parameters)) {
    const [place = '', name = ''] = key.split(' ')
    if (value === undefined) continue
    // Of a path nothing may be left out, and a header holds no line breaks.
    if (place === 'path') url = url.replace(`{${name}}`, encode(value) || '-')
    else if (place === 'query') query.append(name, value)
    else headers[name] = value.replaceAll(/[^\x20-\x7e]/g, '?')
  }
  sent += 1
  const from = `10.0.${sent >> 8}.${sent & 255}`
  const answer = await service.callAny(method, `${url}?${query.toString()}`, { roles: [role], body, headers, from })
  // It is gone now, or was with its parent.
  if (answer.status === 204 || answer.body?.code === 'distribution.not-found') {
    known.id = known.id?.filter((id) => !url.includes(id)) ?? []
    if (known.id.length < 4) await addFamily()
  }
  return answer
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function encode(text: string): string {
  // A dot alone is a way through the path, however it is written, and leads to another route.
  return /^\.{1,2}$/.test(text) ? '-' : encodeURIComponent(Buffer.from(text).toString())
}

it('the document requires If-Match wherever its absence is refused', () => {
  const conditional = operations.filter(({ operation }) => '428' in operation.responses)
  const required = operations.filter(({ operation }) =>
    operation.parameters?.some((parameter) => parameter.name === 'if-match' && parameter.required),
  )

  expect(conditional.length).toBeGreaterThan(0)
  expect(required).toEqual(conditional)
})

describe.each(operations)('$method $path', ({ method, path, operation }) => {
  const validators = new Map<string, ValidateFunction>()

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(requestOf(operation), async (request) => {
        const { status, headers, body } = await send(method, path, request)
        seen.add(status)

        expect(status).toBeLessThan(500)
        const described = operation.responses[status]
        if (!described) throw new Error(`${status} is not described: ${JSON.stringify(body)}`)
        if (body === null) return
        const [type = ''] = String(headers['content-type']).split(';')
        const schema = described.content?.[type]?.schema
        if (!schema) throw new Error(`${status} is not described as ${type}`)
        const key = `${status} ${type}`
        const isValid = validators.get(key) ?? ajv.compile(schema)
        validators.set(key, isValid)
        expect({ body, errors: isValid(body) ? [] : isValid.errors }).toEqual({ body, errors: [] })
      }),
      { numRuns: REQUESTS, endOnFailure: true },
    )
    // It would find nothing if it were always refused.
    expect([...seen].some((status) => status < 400)).toBe(true)
  }, 120_000)
})
