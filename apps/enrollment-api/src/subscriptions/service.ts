import { toAddressKey } from '@coursewire/events'
import { AppError, now } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { lockAddress } from '../accounts/request-repository.ts'
import { type Cause, createRequest, type Parts } from '../accounts/requests.ts'
import { useLink } from '../accounts/use-link.ts'
import { addressOf } from '../limits/networks.ts'
import { findTenant } from '../tenants/repository.ts'
import * as repository from './repository.ts'
import { type Subscription, sortByKind } from './subscription.ts'

/** What somebody asks to be told of, and where. */
export interface NewSubscriptions {
  email: string
  locale?: string | undefined
  subscriptions: Subscription[]
}

/** News for people who need no account. */
export function createSubscriptionService(parts: Parts) {
  const { db, limits, onCommitted } = parts

  return {
    /**
     * Asks the owner of the address to confirm. Until then nothing is subscribed to, also if the address has subscriptions already. The caller
     * learns nothing about the address, whatever it is. Above the limit of mails to an address nothing happens.
     */
    async request({ email, subscriptions, ...asked }: NewSubscriptions, ip: string, cause: Cause): Promise<void> {
      const { tenantId } = cause
      const emailKey = toAddressKey(email)
      await limits.take('subscriptionsFromAddress', addressOf(ip))
      if (!(await limits.tryTake(['mailsToAddress', 'signUpsToAddress'], tenantId, emailKey))) return
      await db.transaction(async (tx) => {
        await lockAddress(tx, tenantId, emailKey)
        const tenant = await findTenant(tx, tenantId)
        if (!tenant) throw new AppError('not-found', 'tenant.not-found', 'Tenant not found')
        const { locale = tenant.locale } = asked
        const accountId = (await repository.findSubscriberId(tx, { tenantId, emailKey })) ?? `sub_${uuidv7()}`
        const mail = {
          purpose: 'news_confirmation',
          accountId,
          email,
          emailKey,
          name: '',
          locale,
          subscriptions,
        } as const
        await createRequest(tx, mail, cause, now())
      })
      onCommitted()
    },

    /** Subscribes to what the mail with this link asked for. Returns everything that its reader has subscribed to. Throws `link.invalid`. */
    async confirm(token: string, ip: string) {
      return useLink(parts, { token, purposes: ['news_confirmation'], ip }, async (tx, { request }) => {
        const { tenantId, accountId: id, email, emailKey, locale, subscriptions } = request
        const subscriber = await repository.writeSubscriber(tx, { tenantId, id, email, emailKey, locale })
        await repository.addSubscriptions(tx, subscriber, subscriptions ?? [])
        return { email, ...sortByKind(await repository.listSubscriptions(tx, subscriber)) }
      })
    },
  }
}

export type SubscriptionService = ReturnType<typeof createSubscriptionService>
