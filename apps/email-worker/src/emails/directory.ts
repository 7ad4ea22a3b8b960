import { AppError, type ServiceClient } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { newsKinds } from '../db/schema.ts'
import type { Email } from './email.ts'
import { product, type Tenant, tenant } from './tenant.ts'

const TENANT_FOR_MS = 10_000
const MAX_TENANTS = 1_000
const RECIPIENTS_AT_ONCE = 1_000

const student = z.object({ name: z.string(), email: z.string(), locale: z.string().nullish() })
const course = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  language: z.string(),
  totalLessons: z.int().nullish(),
  startsAt: z.iso.date().nullish().catch(null),
  welcomeText: z.string().nullish(),
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

const distribution = course
  .pick({ slug: true, title: true, description: true, language: true })
  .extend({ courseId: z.string(), listed: z.boolean(), public: z.boolean() })
const recipient = z.object({
  name: z.string().nullable(),
  email: z.string(),
  locale: z.string().nullable(),
  unsubscribeToken: z.string().min(1),
})
const recipientPage = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() })

/** The tenant and the request on whose behalf a question is asked. */
type Asker = Pick<Email, 'tenantId' | 'correlationId'>
/** Everybody who is to hear of something. Target groups count for a launch only. */
export interface Audience {
  kind: (typeof newsKinds)[number]
  courseId: string
  targetGroup: readonly string[]
}

export type Student = z.output<typeof student>
export type Course = z.output<typeof course>
export type Distribution = z.output<typeof distribution>
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
  const recipientsUrl = `${urls.enrollmentApi}/internal/recipients`
  const asked = new Map<string, Promise<unknown>>()
  const tenants = new LRUCache<string, Promise<Tenant>>({ max: MAX_TENANTS, ttl: TENANT_FOR_MS })

  async function get<Answer>(
    url: string,
    { tenantId, correlationId: requestId }: Asker,
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

  /** Shares the answer with whoever asks the same question until it is there. */
  function share<Answer>(url: string, { tenantId }: Asker, ask: () => Promise<Answer>): Promise<Answer> {
    const key = JSON.stringify([tenantId, url])
    const answer = (asked.get(key) as Promise<Answer> | undefined) ?? ask().finally(() => asked.delete(key))
    asked.set(key, answer)
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
      const reasons = { absent: 'the course is not known', gone: 'the course was deleted' }
      return share(url, email, () => get(url, email, course, reasons))
    },

    /** Resolves to null if there is none, or none any more. */
    getDistribution(asker: Asker, id: string): Promise<Distribution | null> {
      const url = `${urls.distributionService}/internal/distributions/${encodeURIComponent(id)}`
      const { tenantId, correlationId: requestId } = asker
      return share(url, asker, () => services.get(url, tenantId, distribution, { requestId }))
    },

    /** Lists the ids of the next recipients of news, a thousand at a time. */
    async listRecipients(
      asker: Asker,
      { kind, courseId, targetGroup, enrolledBefore }: Audience & { enrolledBefore: string },
      cursor: string | null,
    ) {
      const query = new URLSearchParams({ kind, courseId, enrolledBefore, limit: String(RECIPIENTS_AT_ONCE) })
      for (const group of targetGroup) query.append('targetGroup', group)
      if (cursor !== null) query.set('cursor', cursor)
      const { items, nextCursor } = await get(`${recipientsUrl}?${query}`, asker, recipientPage, {
        absent: 'enrollment-api has no list of recipients',
        gone: 'enrollment-api has no list of recipients any more',
      })
      return { ids: items.map(({ id }) => id), nextCursor }
    },

    getRecipient(email: Email, { kind, courseId }: Pick<Audience, 'kind' | 'courseId'>) {
      const query = new URLSearchParams({ kind, courseId })
      return get(`${recipientsUrl}/${encodeURIComponent(email.recipient)}?${query}`, email, recipient, {
        absent: 'the recipient is not known',
        gone: 'the recipient is erased or wants no such mails',
      })
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
