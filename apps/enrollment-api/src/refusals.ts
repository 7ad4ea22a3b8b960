import { STATUS_CODES } from 'node:http'
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

type Refusal = { description: string; content: { 'application/problem+json': { schema: typeof problem } } }

/** The refusals a route may answer with, for its documentation. */
export function describeRefusals<const Status extends number>(...statuses: Status[]): Record<Status, Refusal> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: STATUS_CODES[status], content: { 'application/problem+json': { schema: problem } } },
    ]),
  ) as Record<Status, Refusal>
}
