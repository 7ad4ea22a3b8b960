import { randomUUID } from 'node:crypto'
import {
  accountAddressChanged,
  accountAddressChangeRequested,
  accountNewsRequested,
  accountPasswordChanged,
  accountPasswordResetRequested,
  accountSignupRepeated,
  accountVerificationRequested,
} from '@coursewire/events'
import { now } from '@coursewire/service-kit'
import type { Purpose } from '../src/emails/account-mail.tsx'

const definitions = {
  verification: accountVerificationRequested,
  signup_repeated: accountSignupRepeated,
  password_reset: accountPasswordResetRequested,
  password_changed: accountPasswordChanged,
  address_change: accountAddressChangeRequested,
  address_changed: accountAddressChanged,
  news_confirmation: accountNewsRequested,
} satisfies Record<Purpose, unknown>

export const accountEvents = Object.keys(definitions) as Purpose[]

/** Builds an event that asks for a mail about an account. */
export function anAccountEvent(purpose: Purpose, payload: { account_id?: string; request_id?: string } = {}) {
  return definitions[purpose].build(
    { account_id: `usr_${randomUUID()}`, request_id: randomUUID(), ...payload },
    { tenantId: 'acme', correlationId: 'req-1', causationId: null },
    { id: randomUUID(), at: now() },
  )
}
