import type { RouteOptions } from 'fastify'
import { problemOf } from './problem.ts'

const text = (description: string) => ({ type: 'string', description })
const problem = {
  type: 'object',
  description: 'Why a request was refused (RFC 9457)',
  properties: {
    type: text('`urn:problem-type:coursewire:` and the code'),
    title: text('What went wrong, for a person'),
    status: { type: 'integer' },
    code: text('What went wrong, for a program'),
    instance: text('The path that was asked for'),
    requestId: text('By which the service can find what it has logged'),
    errors: {
      type: 'array',
      description: 'What is not valid in the request',
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
    pointer: text('Where in it, as a path'),
    message: text('What is wrong there'),
  },
  required: ['in', 'pointer', 'message'],
  additionalProperties: false,
}

const descriptions = {
  400: 'Not a valid request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Against a rule',
  410: 'Gone for good',
  412: 'Changed since: If-Match names another state',
  413: 'Body too large',
  415: 'Body not JSON',
  422: 'Cannot be processed',
  428: 'If-Match is missing',
  429: 'Too many requests',
  500: 'A bug',
  503: 'Not now, try again',
}
type Status = keyof typeof descriptions

/** The codes of a route's own refusals, by status, in addition to those of every similar route. */
export type Refusals = Partial<Record<Status, string | readonly string[]>>

const headers: Partial<Record<Status, object>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'How to say who you are: Bearer' } },
  429: { 'Retry-After': { schema: { type: 'integer' }, description: 'The seconds to wait' } },
  503: { 'Retry-After': { schema: { type: 'integer' }, description: 'The seconds to wait' } },
}

/** All refusals of a route: its own, and those that follow from its method and its access policy. */
export function listRefusals({ method, config, schema }: RouteOptions): [Status, string[]][] {
  const always: Status[] = method === 'GET' ? [400, 500, 503] : [400, 413, 415, 500, 503]
  const all = new Map(always.map((status) => [status, [problemOf(status).code]]))
  if (config?.access !== 'public') all.set(401, ['token.invalid']).set(403, ['role.insufficient'])
  if (config?.scope !== undefined) all.get(403)?.push('scope.insufficient')
  for (const [key, codes] of Object.entries(schema?.refusals ?? {})) {
    const status = Number(key) as Status
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

  function describeCode(status: Status, code: string) {
    if (!codes.includes(code)) codes.push(code)
    schemas[toName(code)] = {
      allOf: [{ $ref: '#/components/schemas/Problem' }],
      type: 'object',
      properties: { status: { const: status }, code: { const: code } },
    }
    return { $ref: `#/components/schemas/${toName(code)}` }
  }

  function describeAnswer(status: Status, given: readonly string[]): object {
    const [schema, ...others] = given.map((code) => describeCode(status, code))
    const name = given.map(toName).join('Or')
    responses[name] = {
      description: `${descriptions[status]} (${given.join(', ')})`,
      ...(headers[status] && { headers: headers[status] }),
      content: { 'application/problem+json': { schema: others.length > 0 ? { oneOf: [schema, ...others] } : schema } },
    }
    return { $ref: `#/components/responses/${name}` }
  }

  return { schemas, responses, describeAnswer }
}
