import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { id } from './fields.ts'

// Names and addresses stay with enrollment-api. email-worker fetches what a mail needs by the id of its request.
const account = { topic: 'account.events.v1', producer: 'enrollment', key: 'account_id' } as const
const fact = z.object({ account_id: id })
const mailRequest = {
  ...account,
  listeners: ['email-worker'],
  payload: z.object({ account_id: id, request_id: id }),
}

/** Somebody has signed up and must confirm the address. */
export const accountVerificationRequested = defineEvent({ ...mailRequest, type: 'account.verification_requested' })

/** Somebody has signed up with an address that has an account. Its owner is told. */
export const accountSignupRepeated = defineEvent({ ...mailRequest, type: 'account.signup_repeated' })

export const accountVerified = defineEvent({
  ...account,
  type: 'account.verified',
  listeners: ['Analytics'],
  payload: fact,
})

export const accountPasswordResetRequested = defineEvent({ ...mailRequest, type: 'account.password_reset_requested' })

export const accountPasswordChanged = defineEvent({ ...mailRequest, type: 'account.password_changed' })

/** The owner wants another address, which must be confirmed first. */
export const accountAddressChangeRequested = defineEvent({ ...mailRequest, type: 'account.address_change_requested' })

/** The new address counts. The mail goes to the old one. */
export const accountAddressChanged = defineEvent({ ...mailRequest, type: 'account.address_changed' })

/**
 * Somebody wants news at an address, whose owner must confirm that. `account_id` is the id of the subscriber, who need not have an account.
 */
export const accountNewsRequested = defineEvent({ ...mailRequest, type: 'account.news_requested' })

/** The account is erased. Whoever stores anything about the person erases it, and remembers the id. */
export const accountErased = defineEvent({
  ...account,
  type: 'account.erased',
  listeners: ['email-worker', 'Recommendation Engine'],
  payload: fact,
})
