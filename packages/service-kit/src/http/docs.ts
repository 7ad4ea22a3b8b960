import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { createProblemCatalogue, listRefusals, type Refusals } from './problem-schema.ts'

export type Docs = { title: string; description: string; tags: { name: string; description: string }[] }

const answerHeaders = {
  ETag: { schema: { type: 'string' }, description: 'Identifies this state for If-Match and If-None-Match' },
  'Set-Cookie': { schema: { type: 'string' }, description: 'For a browser, which keeps it from scripts' },
  'Cache-Tag': {
    schema: { type: 'string' },
    description:
      'What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language',
  },
  Location: { schema: { type: 'string' }, description: 'The path of the new resource, or the new path' },
} as const

declare module 'fastify' {
  interface FastifySchema {
    refusals?: Refusals
    /** The headers of the answers with a status, in addition to the common ones. */
    answerHeaders?: Record<number, readonly (keyof typeof answerHeaders)[]>
  }
}

type Operation = {
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema & { $ref?: string } }> }
  responses: Record<string, { description: string; headers?: object }>
  'x-refusals'?: Operation['responses']
  'x-headers'?: NonNullable<FastifySchema['answerHeaders']>
}
type Schema = { example?: unknown; examples?: unknown[]; anyOf?: { type?: string }[] }
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; responses: Record<string, object> }
}

const license = { name: 'All rights reserved', identifier: 'LicenseRef-All-rights-reserved' }
const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An access token from enrollment-api. Routes for everybody need none, but take the tenant from it.',
} as const

/** Serves `/docs` and `/openapi.json`, generated from the schemas of all routes. */
export async function addDocs(app: FastifyInstance, docs: Docs & { version: string }): Promise<void> {
  const { tags, ...info } = docs
  const problems = createProblemCatalogue()

  function describeRoute(route: RouteOptions, schema: FastifySchema): FastifySchema {
    const { refusals, answerHeaders, ...rest } = schema
    const { access = 'public', scope } = route.config ?? {}
    const described = {
      ...rest,
      security: access === 'public' ? [] : access.map((role) => ({ bearer: [role, ...(scope ? [scope] : [])] })),
      'x-refusals': Object.fromEntries(
        listRefusals(route).map(([status, codes]) => [status, problems.describeAnswer(status, codes)]),
      ),
      'x-headers': answerHeaders ?? {},
    }
    return toPortable(described)
  }

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info, license },
      servers: [
        { url: '/', description: 'The host that serves this document. Without a token it determines the tenant' },
      ],
      tags,
      components: { securitySchemes: { bearer } },
    },
    transform(input) {
      const { schema, url } = jsonSchemaTransform(input)
      return { url, schema: schema?.hide ? schema : describeRoute(input.route, schema) }
    },
    transformObject(input) {
      const document = jsonSchemaTransformObject(input)
      const { paths, components } = document as unknown as Document
      for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
        completeOperation(operation, components.schemas)
      }
      components.responses = problems.responses
      components.schemas = { ...toPortable(components.schemas), ...problems.schemas }
      Object.values(components.schemas).forEach(useExample)
      components.schemas = keepUsed(components.schemas, [paths, components.responses])
      return document
    },
  })
  // Takes a while to load, and not every service has docs.
  await app.register(import('@fastify/swagger-ui'), { routePrefix: '/docs' })
}

/** Adds what @fastify/swagger cannot express: optional bodies, shared descriptions of refusals, and headers of answers. */
function completeOperation(operation: Operation, schemas: Record<string, Schema>): void {
  const { requestBody, responses, 'x-refusals': refusals, 'x-headers': headers = {} } = operation
  // Fastify shows a body that is absent to its schema as null.
  const body = requestBody?.content['application/json']?.schema
  const named = schemas[body?.$ref?.split('/').at(-1) ?? '']
  const isOptional = (named ?? body)?.anyOf?.some(({ type }) => type === 'null')
  if (requestBody && isOptional) requestBody.required = false
  for (const [status, answer] of Object.entries(responses)) {
    if (answer.description === 'Default Response') answer.description = STATUS_CODES[status] ?? status
    const names = headers[Number(status)]
    if (names) answer.headers = Object.fromEntries(names.map((name) => [name, answerHeaders[name]]))
  }
  Object.assign(responses, refusals)
  delete operation['x-refusals']
  delete operation['x-headers']
}

/** Removes the limits of JavaScript's numbers, and patterns that only its regular expressions support. */
function toPortable<Part>(part: Part): Part {
  return JSON.parse(JSON.stringify(part), function (this: { description?: string }, key, value) {
    if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) return undefined
    if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return undefined
    if (key !== 'pattern' || !/\\p\{/i.test(value)) return value
    if (!this.description) throw new Error(`A description must say in words what ${value} asks for`)
    return undefined
  })
}

/** Schemas use `example`, because zod drops `examples` from schemas with a transformation. */
function useExample(schema: Schema): void {
  if (schema.example !== undefined) schema.examples = [schema.example]
  delete schema.example
}

/** Finds the schemas that are referenced, directly or indirectly. */
function keepUsed(schemas: Record<string, Schema>, users: unknown): Record<string, Schema> {
  const used = new Map<string, Schema>()
  function visit(user: unknown): void {
    for (const [, name = ''] of JSON.stringify(user).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = schemas[name]
      if (!schema || used.has(name)) continue
      used.set(name, schema)
      visit(schema)
    }
  }
  visit(users)
  return Object.fromEntries([...used].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
