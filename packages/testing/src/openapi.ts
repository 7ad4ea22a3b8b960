import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect } from 'vitest'
import { arbitraryOf, type Schema } from './schema-arbitrary.ts'

export { arbitraryOf, type Schema } from './schema-arbitrary.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }
type Content = Record<string, { schema: Schema & { examples?: unknown[] } }>
type Operation = {
  /** The role that each kind of caller needs, followed by a scope if one is needed too. Empty if everybody may call. */
  security?: { bearer: string[] }[]
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
export type Described = { method: Method; path: string; operation: Operation }

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** The operations of an openapi.json, with everything they refer to in its place. */
export function readOperations(file: URL): Described[] {
  const document = JSON.parse(readFileSync(file, 'utf8'))
  function resolve(part: unknown): unknown {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map(resolve)
    if (!('$ref' in part)) return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value)]))
    const path = String(part.$ref).split('/').slice(1)
    return resolve(path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], document))
  }
  const paths = resolve(document.paths) as Record<string, Record<string, Operation>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase() as Method, path, operation })),
  )
}

/**
 * Requests that the document allows, most with values of `known` for the parameters of these names; or, for every third
 * request, something of it bent.
 */
export function arbitraryRequest({ path, operation }: Described, known: Record<string, string[]>) {
  const { parameters = [], requestBody } = operation
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
  const body = schema ? arbitraryOf(schema, true) : fc.constant(undefined)
  return fc.record({ parameters: fc.record(values), body }).map((request) => ({
    ...toAddress(path, request.parameters),
    body: request.body,
  }))
}

/** The codes of the refusals by which a service keeps out callers, before it looks at what they ask for. */
export const accessRefusals = ['token.invalid', 'role.insufficient', 'scope.insufficient'] as const

/** How an operation must refuse a caller according to the document, or null if it must not. A caller without a token is null. */
export function expectedRefusal(
  { operation: { security = [] } }: Described,
  caller: { role: string; scopes: readonly string[] } | null,
): (typeof accessRefusals)[number] | null {
  if (security.length === 0) return null
  if (!caller) return 'token.invalid'
  const needs = security.map(({ bearer }) => bearer).find(([role]) => role === caller.role)
  if (!needs) return 'role.insufficient'
  return needs.slice(1).every((scope) => caller.scopes.includes(scope)) ? null : 'scope.insufficient'
}

/** The request of an operation's example, with the values of `known` for its path and what its query needs. Throws if one of them is missing. */
export function exampleRequest({ path, operation }: Described, known: Record<string, string>) {
  function valueOf(name: string): string {
    const value = known[name]
    if (value === undefined) throw new Error(`No value for ${name} in ${path}`)
    return encodeURIComponent(value)
  }
  const needed = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = needed.map(({ name }) => `${name}=${valueOf(name)}`).join('&')
  const url = `${path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => valueOf(name))}${query && `?${query}`}`
  return { url, body: operation.requestBody?.content['application/json']?.schema.examples?.[0] }
}

function toAddress(path: string, parameters: Record<string, string | undefined>) {
  let url = path
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(parameters)) {
    const [place = '', name = ''] = key.split(' ')
    if (value === undefined) continue
    // A path needs all of its parameters, and a header cannot contain line breaks.
    if (place === 'path') url = url.replace(`{${name}}`, encode(value) || '-')
    else if (place === 'query') query.append(name, value)
    else headers[name] = value.replaceAll(/[^\x20-\x7e]/g, '?')
  }
  return { url: `${url}?${query.toString()}`, headers }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function encode(text: string): string {
  // A dot alone is a way through the path, however it is written, and leads to another route.
  return /^\.{1,2}$/.test(text) ? '-' : encodeURIComponent(Buffer.from(text).toString())
}

/** Expects that an answer, whose body is null where there is none, is one that the document describes. */
export function createAnswerCheck({ operation }: Described) {
  const validators = new Map<string, ValidateFunction>()
  return ({ status, type, body }: { status: number; type: string; body: unknown }): void => {
    expect(status).toBeLessThan(500)
    const described = operation.responses[status]
    if (!described) throw new Error(`${status} is not described: ${JSON.stringify(body)}`)
    if (body === null) return
    const [mediaType = ''] = type.split(';')
    const schema = described.content?.[mediaType]?.schema
    if (!schema) throw new Error(`${status} is not described as ${mediaType}`)
    const key = `${status} ${mediaType}`
    const isValid = validators.get(key) ?? ajv.compile(schema)
    validators.set(key, isValid)
    expect({ body, errors: isValid(body) ? [] : isValid.errors }).toEqual({ body, errors: [] })
  }
}
