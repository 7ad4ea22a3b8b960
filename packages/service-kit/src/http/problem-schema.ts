import { STATUS_CODES } from 'node:http'
import type { RouteOptions } from 'fastify'
import { problemOf } from './problem.ts'

const text = (description: string) => ({ type: 'string', description })
const problem = {
  type: 'object',
  description: 'Why a request was refused (RFC 9457)',
  properties: {
    type: text('`urn:problem-type:coursewire:` and the code'),
    title: text('What went wrong, in words for people'),
    status: { type: 'integer' },
    code: text('What went wrong, as a stable code for programs'),
    instance: text('The requested path'),
    requestId: text('The id of the request in the log of the service'),
    traceId: text('The id of its trace (W3C), if it has one'),
    errors: {
      type: 'array',
      description: 'The invalid parts of the request',
      items: { $ref: '#/components/schemas/InvalidPart' },
    },
  },
  required: ['type', 'title', 'status', 'code', 'instance', 'requestId'],
  additionalProperties: false,
}

/** A named schema, because generators name a class after it. An inline schema would become a separate class for each problem. */
const invalidPart = {
  type: 'object',
  properties: {
    in: text('body, querystring, params or headers'),
    pointer: text('The path of the invalid value'),
    message: text('What is wrong with the value'),
  },
  required: ['in', 'pointer', 'message'],
  additionalProperties: false,
}

/** The codes of a route's own refusals, by status, in addition to those of every similar route. */
export type Refusals = Readonly<Record<number, string | readonly string[]>>

const retryAfter = { 'Retry-After': { schema: { type: 'integer' }, description: 'How many seconds to wait' } }
const headers: Record<number, object> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'The authentication scheme: Bearer' } },
  429: retryAfter,
  503: retryAfter,
}

/** Lists all refusals of a route: its own, and those that follow from its method and its access policy. */
export function listRefusals({ method, config, schema }: RouteOptions): [status: number, codes: string[]][] {
  const always = method === 'GET' ? [400, 500, 503] : [400, 413, 415, 500, 503]
  const all = new Map(always.map((status) => [status, [problemOf(status).code]]))
  if (config?.access !== 'public') all.set(401, ['token.invalid']).set(403, ['role.insufficient'])
  if (config?.scope !== undefined) all.get(403)?.push('scope.insufficient')
  for (const [key, codes] of Object.entries(schema?.refusals ?? {})) {
    const status = Number(key)
    all.set(status, [...(all.get(status) ?? []), ...[codes].flat()])
  }
  return [...all].toSorted(([one], [other]) => one - other)
}

/** Returns the name of the component for a code: StudentNotFound for student.not-found. */
const toName = (code: string) => code.replaceAll(/(?:^|\W)(\w)/g, (_match, letter: string) => letter.toUpperCase())

/** Describes each code once as its own problem, and each answer by its possible problems. */
export function createProblemCatalogue() {
  const codes: string[] = []
  const { properties } = problem
  const schemas: Record<string, object> = {
    InvalidPart: invalidPart,
    Problem: { ...problem, properties: { ...properties, code: { ...properties.code, enum: codes } } },
  }
  const responses: Record<string, object> = {}

  function describeCode(status: number, code: string) {
    if (!codes.includes(code)) codes.push(code)
    schemas[toName(code)] = {
      allOf: [{ $ref: '#/components/schemas/Problem' }],
      type: 'object',
      properties: { status: { const: status }, code: { const: code } },
    }
    return { $ref: `#/components/schemas/${toName(code)}` }
  }

  function describeAnswer(status: number, given: readonly string[]): object {
    const [schema, ...others] = given.map((code) => describeCode(status, code))
    const name = given.map(toName).join('Or')
    responses[name] = {
      description: `${STATUS_CODES[status]} (${given.join(', ')})`,
      ...(headers[status] && { headers: headers[status] }),
      content: { 'application/problem+json': { schema: others.length > 0 ? { oneOf: [schema, ...others] } : schema } },
    }
    return { $ref: `#/components/responses/${name}` }
  }

  return { schemas, responses, describeAnswer }
}
