import { accountErased } from '@coursewire/events'
import type { Moment, Transaction } from '@coursewire/service-kit'
import { clearComments } from '../enrollments/repository.ts'
import { deleteSessions } from '../sessions/repository.ts'
import { deleteSubscriber } from '../subscriptions/repository.ts'
import * as repository from './repository.ts'
import { deleteRequests } from './request-repository.ts'
import { announce, type Cause } from './requests.ts'

/**
 * Removes everything that tells who the account belonged to, and writes the event that makes other services do the same. What is left are ids
 * and what is known about an enrolment, of nobody. The caller must have locked the address and then the account, so that nothing about the
 * person is being written meanwhile.
 */
export async function eraseAccount(tx: Transaction, user: repository.User, cause: Cause, at: Moment): Promise<void> {
  await repository.eraseUser(tx, user, at)
  await deleteSessions(tx, user)
  // Also what was asked for under the same address before there was this account.
  await deleteRequests(tx, { tenantId: user.tenantId, accountId: user.id })
  await deleteRequests(tx, { tenantId: user.tenantId, emailKey: user.emailKey })
  await deleteSubscriber(tx, user)
  await clearComments(tx, user)
  await announce(tx, accountErased, { account_id: user.id }, cause, at)
}
