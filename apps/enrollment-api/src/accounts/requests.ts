import { randomUUID } from 'node:crypto'
import {
  accountAddressChanged,
  accountAddressChangeRequested,
  accountNewsRequested,
  accountPasswordChanged,
  accountPasswordResetRequested,
  accountSignupRepeated,
  accountVerificationRequested,
  accountVerified,
  type EventDefinition,
  type EventMeta,
} from '@coursewire/events'
import { appendToOutbox, toKafkaRow } from '@coursewire/messaging'
import { AppError, type Database, type Moment, type Transaction } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import type { Limits } from '../limits/limits.ts'
import type { Links } from './links.ts'
import type { Passwords } from './passwords.ts'
import type { User } from './repository.ts'
import type { AccountRequest, NewRequest, Purpose } from './request-repository.ts'
import * as repository from './request-repository.ts'

/** The request that caused an event. */
export type Cause = EventMeta & { traceparent?: string | undefined }

/** The parts that the use cases about accounts are built from. */
export interface Parts {
  db: Database
  links: Links
  passwords: Passwords
  limits: Limits
  onCommitted: () => void
}

const LINK_HOURS = 24
/** A mail that only tells what has happened is not lost if mails cannot be sent for some days. */
const NOTICE_HOURS = 7 * 24

interface Rule {
  event: EventDefinition<string, typeof accountSignupRepeated.payload>
  hasLink: boolean
  /**
   * The older requests that a new one ends: those of the same account or, where there may be no account yet, those to the same address.
   * Links that were sent before a password or an address changed are no longer trusted.
   */
  ends: { of: 'account' | 'address'; purposes: readonly Purpose[] }
}

/** The links to an account that has a password. */
const ofAccount = { of: 'account', purposes: ['password_reset', 'address_change'] } as const

const rules: Record<Purpose, Rule> = {
  verification: {
    event: accountVerificationRequested,
    hasLink: true,
    ends: { of: 'address', purposes: ['verification'] },
  },
  signup_repeated: {
    event: accountSignupRepeated,
    hasLink: false,
    ends: { of: 'address', purposes: ['verification'] },
  },
  password_reset: {
    event: accountPasswordResetRequested,
    hasLink: true,
    // Anybody may ask for it, and must not be able to make the owner's link useless.
    ends: { of: 'account', purposes: [] },
  },
  password_changed: {
    event: accountPasswordChanged,
    hasLink: false,
    ends: ofAccount,
  },
  address_change: {
    event: accountAddressChangeRequested,
    hasLink: true,
    ends: { of: 'account', purposes: ['address_change'] },
  },
  address_changed: {
    event: accountAddressChanged,
    hasLink: false,
    ends: ofAccount,
  },
  news_confirmation: {
    event: accountNewsRequested,
    hasLink: true,
    // Whoever asks for another subscription does not make this link useless, as with a reset.
    ends: { of: 'address', purposes: [] },
  },
}

/**
 * Writes the request for an account mail, and the event that makes email-worker send it. Ends the older requests that it replaces. If the
 * purpose is `verification`, `signup_repeated` or `news_confirmation`, the caller must have locked the address; otherwise, the account, unless
 * there is nothing to end.
 */
export async function createRequest(
  tx: Transaction,
  draft: Omit<NewRequest, 'id' | 'tenantId'>,
  cause: Cause,
  at: Moment,
): Promise<void> {
  const { tenantId } = cause
  const { purpose, accountId, emailKey } = draft
  const { event: definition, hasLink, ends } = rules[purpose]
  const owner = ends.of === 'account' ? { tenantId, accountId } : { tenantId, emailKey }
  if (ends.purposes.length > 0) await repository.endRequests(tx, owner, ends.purposes)

  const id = uuidv7()
  await repository.insertRequest(tx, { ...draft, id, tenantId }, hasLink ? LINK_HOURS : NOTICE_HOURS)
  await announce(tx, definition, { account_id: accountId, request_id: id }, cause, at)
}

/** Writes an event about an account. */
export async function announce<Payload extends z.ZodObject>(
  tx: Transaction,
  definition: EventDefinition<string, Payload>,
  payload: z.input<Payload>,
  { traceparent, ...meta }: Cause,
  at: Moment,
): Promise<void> {
  const event = definition.build(payload, meta, { id: randomUUID(), at })
  await appendToOutbox(tx, [toKafkaRow(definition, event, { traceparent })])
}

/** Ends the links that were sent before the password changed. The caller must have locked the account. */
export async function endLinks(
  tx: Transaction,
  { tenantId, id: accountId }: Pick<User, 'tenantId' | 'id'>,
): Promise<void> {
  await repository.endRequests(tx, { tenantId, accountId }, ofAccount.purposes)
}

/** The recipient of a mail about an account, and the language of the mail. */
export function recipientOf({
  id: accountId,
  email,
  emailKey,
  name,
  locale,
}: Pick<User, 'id' | 'email' | 'emailKey' | 'name' | 'locale'>) {
  return { accountId, email, emailKey, name, locale }
}

/** Writes the event that the owner of an account has confirmed its address. */
export const announceVerified = (tx: Transaction, accountId: string, cause: Cause, at: Moment): Promise<void> =>
  announce(tx, accountVerified, { account_id: accountId }, cause, at)

/** The content of a mail, for the service that makes it. The token is null if the mail has no link. */
export function toAccountMail(request: AccountRequest, links: Links) {
  if (!request.isOpen) throw new AppError('gone', 'account-mail.ended', 'The request is used, replaced or expired')
  const { purpose, accountId, name, email, locale, expiresAt } = request
  const token = rules[purpose].hasLink ? links.tokenOf(request) : null
  return { purpose, accountId, name, email, locale, token, expiresAt }
}
