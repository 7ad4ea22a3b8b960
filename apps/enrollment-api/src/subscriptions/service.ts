import { toAddressKey } from '@coursewire/events'
import { AppError, now, type Transaction } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { changeUser } from '../accounts/repository.ts'
import { lockAddress } from '../accounts/request-repository.ts'
import { type Cause, createRequest, type Parts } from '../accounts/requests.ts'
import { countInvalid, refuseLink, useLink } from '../accounts/use-link.ts'
import { addressOf } from '../limits/networks.ts'
import { findTenant } from '../tenants/repository.ts'
import * as repository from './repository.ts'
import { isSubscriberId, type Subscription, sortByKind } from './subscription.ts'
import { digestCourse, type UnsubscribeTokens, type Unsubscription } from './unsubscribe-tokens.ts'

/** A wish to be told of something, and the address for it. */
export interface NewSubscriptions {
  email: string
  locale?: string | undefined
  subscriptions: Subscription[]
}

/** News for people who need no account. */
export function createSubscriptionService(parts: Parts & { unsubscribeTokens: UnsubscribeTokens }) {
  const { db, limits, unsubscribeTokens, onCommitted } = parts

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

    /**
     * Ends the mails that the token is for, whoever has it; again changes nothing. For an account that is a preference. A subscriber ends all
     * target groups by the link of a launch, and one course by that of its notice. Throws `link.invalid`. As with other links of mails, only
     * tokens that are not valid count against the address of the caller: mail providers unsubscribe many people from one.
     */
    async unsubscribe(token: string, ip: string): Promise<void> {
      const mail = await countInvalid(limits, ip, async () => {
        const read = unsubscribeTokens.read(token)
        if (!read) throw refuseLink()
        return read
      })
      await db.transaction((tx) => (isSubscriberId(mail.recipient) ? endNews(tx, mail) : decline(tx, mail)))
    },
  }
}

async function endNews(tx: Transaction, { tenantId, recipient, kind, course }: Unsubscription): Promise<void> {
  const subscriber = { tenantId, id: recipient }
  await repository.lockSubscriber(tx, subscriber)
  const isMeant = (each: Subscription) =>
    kind === 'launch' ? each.kind === 'target_group' : each.kind === 'course' && digestCourse(each.value) === course
  const all = await repository.listSubscriptions(tx, subscriber)
  await repository.endSubscriptions(tx, subscriber, all.filter(isMeant))
}

const decline = (tx: Transaction, { tenantId, recipient: id, kind }: Unsubscription): Promise<void> =>
  changeUser(tx, { tenantId, id }, kind === 'change' ? { courseChanges: false } : { courseNews: false })

export type SubscriptionService = ReturnType<typeof createSubscriptionService>
