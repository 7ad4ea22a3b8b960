import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { id } from './fields.ts'

// Names and addresses stay with enrollment-api. email-worker fetches what a mail needs by the id of its request.
const account = { topic: 'account.events.v1', producer: 'enrollment', key: 'account_id' } as const
const fact = z.object({ account_id: id })
const request = z.object({ account_id: id, request_id: id })

/** Somebody has signed up and must confirm the address. */
export const accountVerificationRequested = defineEvent({
  ...account,
  type: 'account.verification_requested',
  listeners: ['email-worker'],
  payload: request,
})

/** Somebody has signed up with an address that has an account. Its owner is told. */
export const accountSignupRepeated = defineEvent({
  ...account,
  type: 'account.signup_repeated',
  listeners: ['email-worker'],
  payload: request,
})

export const accountVerified = defineEvent({
  ...account,
  type: 'account.verified',
  listeners: ['Analytics'],
  payload: fact,
})

export const accountPasswordResetRequested = defineEvent({
  ...account,
  type: 'account.password_reset_requested',
  listeners: ['email-worker'],
  payload: request,
})

export const accountPasswordChanged = defineEvent({
  ...account,
  type: 'account.password_changed',
  listeners: ['email-worker'],
  payload: request,
})

/** The owner wants another address, which must be confirmed first. */
export const accountAddressChangeRequested = defineEvent({
  ...account,
  type: 'account.address_change_requested',
  listeners: ['email-worker'],
  payload: request,
})

/** The new address counts. The mail goes to the old one. */
export const accountAddressChanged = defineEvent({
  ...account,
  type: 'account.address_changed',
  listeners: ['email-worker'],
  payload: request,
})

/** The account is erased. Whoever stores anything about the person erases it, and remembers the id. */
export const accountErased = defineEvent({
  ...account,
  type: 'account.erased',
  listeners: ['email-worker'],
  payload: fact,
})
