import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { accountRoles } from '../administration/account.ts'
import { MAX_SECRET_LENGTH } from '../fields.ts'
import type { Cause } from './requests.ts'

type Requested = Pick<FastifyRequest, 'tenantId' | 'id' | 'traceparent'>

/** Enough for every field about an account at its longest with every character escaped. */
export const BODY_LIMIT = 16 * 1024

/** A password or secret to be checked, whatever the rules for new ones are. */
export const secret = z.string().min(1).max(MAX_SECRET_LENGTH)
export const linkToken = z.string().min(1).max(200).describe('What follows #token= in the link of a mail')
export const accepted = z
  .object({ status: z.literal('accepted') })
  .meta({ id: 'Accepted', example: { status: 'accepted' } })

/** For routes about the caller's own account. */
export const forPeople = { access: accountRoles }
export const refusals = { 401: 'account.gone', 403: 'account.disabled' } as const

export function causeOf({ tenantId, id: correlationId, traceparent }: Requested): Cause {
  return { tenantId, correlationId, causationId: null, traceparent: traceparent ?? undefined }
}
