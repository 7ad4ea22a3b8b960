import { AppError, type Caller, type Database } from '@coursewire/service-kit'
import * as repository from './repository.ts'

export type OwnChanges = { name?: string | undefined; locale?: string | undefined }

/** What people do with their own account. Each use throws `account.gone` or `account.disabled` if there is none to use. */
export function createOwnAccountService({ db }: { db: Database }) {
  return {
    async get({ tenantId, id }: Caller): Promise<repository.User> {
      const user = await repository.findUser(db, tenantId, id)
      assertUsable(user)
      return user
    },

    async update({ tenantId, id }: Caller, changes: OwnChanges): Promise<repository.User> {
      return db.transaction(async (tx) => {
        const user = await repository.lockUser(tx, tenantId, id)
        assertUsable(user)
        await repository.updateDetails(tx, user, changes)
        const { name = user.name, locale = user.locale } = changes
        return { ...user, name, locale }
      })
    },
  }
}

export type OwnAccountService = ReturnType<typeof createOwnAccountService>

function assertUsable(user: repository.User | null): asserts user is repository.User {
  if (!user) throw new AppError('unauthorized', 'account.gone', 'The account is gone')
  if (user.disabledAt !== null) throw new AppError('forbidden', 'account.disabled', 'The account is disabled')
}
