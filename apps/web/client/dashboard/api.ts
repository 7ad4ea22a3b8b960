import type { paths as Catalogue } from '@coursewire/api-client/distribution-service'
import type { paths as Enrollment } from '@coursewire/api-client/enrollment-api'
import createClient, { type Middleware } from 'openapi-fetch'
import { authorized } from '../session.ts'

type Problem = { status: number; code: string; title: string; errors?: { pointer?: string; message?: string }[] }
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: Problem['errors']
  constructor(p: Problem) {
    super(p.title)
    this.status = p.status
    this.code = p.code
    this.errors = p.errors
  }
}
const refusals: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return
    const problem: Problem = await response
      .clone()
      .json()
      .catch(() => ({ status: response.status, code: 'unknown', title: response.statusText }))
    throw new ApiProblem(problem)
  },
}
export const enrollment = createClient<Enrollment>({ baseUrl: '', fetch: authorized })
export const catalogue = createClient<Catalogue>({ baseUrl: '' })
enrollment.use(refusals)
catalogue.use(refusals)
export type EnrollmentRecord =
  Enrollment['/api/enrollments']['get']['responses'][200]['content']['application/json']['items'][number]
export type CourseRecord =
  Catalogue['/api/courses']['get']['responses'][200]['content']['application/json']['items'][number]
