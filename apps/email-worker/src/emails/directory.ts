import { AppError, type ServiceClient } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Email } from './email.ts'
import { product, type Tenant, tenant } from './tenant.ts'

const TENANT_FOR_MS = 10_000
const MAX_TENANTS = 1_000

const student = z.object({ name: z.string(), email: z.string(), locale: z.string().nullish() })
const course = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  language: z.string(),
  totalLessons: z.int().nullish(),
})
const accountRequest = z.object({
  purpose: z.string(),
  accountId: z.string(),
  name: z.string(),
  email: z.string(),
  locale: z.string().nullish(),
  token: z.string().min(1).nullable(),
  expiresAt: z.iso.datetime({ offset: true }),
})

export type Student = z.output<typeof student>
export type Course = z.output<typeof course>
export type AccountRequest = z.output<typeof accountRequest>

/**
 * Fetches what a mail needs from the services that own it. What they do not know throws a `not-found` AppError, and what is gone for good a
 * `gone` one; its message is the reason for the ledger. Mails that are prepared at the same moment share the request for their course.
 */
export function createDirectory(
  services: ServiceClient,
  urls: { enrollmentApi: string; distributionService: string },
  /** Whom tenants may let send their mails. */
  senders: readonly string[],
) {
  const asked = new Map<string, Promise<Course>>()
  const tenants = new LRUCache<string, Promise<Tenant>>({ max: MAX_TENANTS, ttl: TENANT_FOR_MS })

  async function get<Answer>(
    url: string,
    { tenantId, correlationId: requestId }: Email,
    schema: z.ZodType<Answer>,
    { absent, gone }: { absent: string; gone: string },
  ): Promise<Answer> {
    const answer = await services.get(url, tenantId, schema, { requestId }).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.kind !== 'gone') throw error
      throw new AppError('gone', error.code, gone, error.details, { cause: error })
    })
    if (answer === null) throw new AppError('not-found', 'resource.not-found', absent, { url })
    return answer
  }

  async function askForTenant({ tenantId, correlationId: requestId }: Email): Promise<Tenant> {
    const url = `${urls.enrollmentApi}/internal/tenants/${encodeURIComponent(tenantId)}`
    const found = (await services.get(url, tenantId, tenant, { requestId })) ?? product
    return { ...found, sender: senders.find((sender) => sender === found.sender) ?? null }
  }

  return {
    /** Remembers the answer for ten seconds. */
    getTenant(email: Email): Promise<Tenant> {
      const known = tenants.get(email.tenantId)
      if (known) return known
      const answer = askForTenant(email)
      tenants.set(email.tenantId, answer)
      answer.catch(() => tenants.delete(email.tenantId))
      return answer
    },

    getStudent(email: Email): Promise<Student> {
      const url = `${urls.enrollmentApi}/internal/students/${encodeURIComponent(email.recipient)}`
      return get(url, email, student, { absent: 'the student is not known', gone: 'erased' })
    },

    getCourse(email: Email): Promise<Course> {
      const url = `${urls.distributionService}/internal/courses/${encodeURIComponent(email.fact)}`
      const key = JSON.stringify([email.tenantId, email.fact])
      const reasons = { absent: 'the course is not known', gone: 'the course was deleted' }
      const answer = asked.get(key) ?? get(url, email, course, reasons).finally(() => asked.delete(key))
      asked.set(key, answer)
      return answer
    },

    getAccountRequest(email: Email): Promise<AccountRequest> {
      const url = `${urls.enrollmentApi}/internal/account-mails/${encodeURIComponent(email.fact)}`
      return get(url, email, accountRequest, {
        absent: 'the request is not known',
        gone: 'the link was used, replaced or has expired',
      })
    },
  }
}

export type Directory = ReturnType<typeof createDirectory>
