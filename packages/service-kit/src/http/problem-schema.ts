import { z } from 'zod'

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  instance: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ in: z.string(), pointer: z.string(), message: z.string() })).optional(),
})

const descriptions = {
  400: 'Not a valid request',
  401: 'No valid access token',
  403: 'Not allowed with these roles',
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

/** The refusals of a route, for its description, and with them those any route can meet. */
export function describeProblems<Own extends Status>(...own: Own[]) {
  const content = { 'application/problem+json': { schema: problem } }
  return Object.fromEntries(
    [...own, 400, 500, 503].map((status) => [status, { description: descriptions[status as Status], content }]),
  ) as Record<Own | 400 | 500 | 503, { description: string; content: typeof content }>
}
