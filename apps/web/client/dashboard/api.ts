import type { paths as CataloguePaths } from '@coursewire/api-client/distribution-service'
import type { paths as MailPaths } from '@coursewire/api-client/email-worker'
import type { paths as EnrollmentPaths, Problem } from '@coursewire/api-client/enrollment-api'
import type { paths as InsightsPaths } from '@coursewire/api-client/insights'
import createClient, { type Middleware } from 'openapi-fetch'
import { authorized } from '../session.ts'

/** An API has refused a call. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** How long to wait, if the API says so. */
  readonly retryAfterSeconds: number | undefined
  /** The names of the fields of the body that are invalid. */
  readonly fields: string[]

  constructor({ status, headers }: Response, problem: Partial<Problem>) {
    super(problem.title ?? 'Refused')
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.retryAfterSeconds = Number(headers.get('retry-after') ?? Number.NaN) || undefined
    this.fields = problem.errors?.map(({ pointer }) => pointer.split('/').at(-1) ?? '') ?? []
  }
}

/** Throws a `Refusal` for every answer that is none. */
export const refusals: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return
    throw new Refusal(response, await response.json().catch(() => ({})))
  },
}

/** Calls as the person who is signed in. */
export const enrollment = createClient<EnrollmentPaths>({ baseUrl: location.origin, fetch: authorized })
export const mails = createClient<MailPaths>({ baseUrl: location.origin, fetch: authorized })
export const insights = createClient<InsightsPaths>({ baseUrl: location.origin, fetch: authorized })
/** Calls without a token: what people do who are not signed in. */
export const accounts = createClient<EnrollmentPaths>({
  baseUrl: location.origin,
  headers: { 'x-coursewire': '1' },
})
export const catalogue = createClient<CataloguePaths>({ baseUrl: location.origin })
for (const client of [enrollment, mails, insights, accounts, catalogue]) client.use(refusals)

/** The answer of a call that has one. */
export async function dataOf<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await call
  if (data === undefined) throw new Error('The answer is empty')
  return data
}
