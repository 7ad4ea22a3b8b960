import { createHmac, type KeyObject } from 'node:crypto'
import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { deriveKey } from '../derive-key.ts'
import { addressOf, networkOf } from './networks.ts'
import { type Count, countAttempt, deleteCounts, writeKnown } from './repository.ts'
import { type RuleName, rules } from './rules.ts'

/** The person who wants to sign in, and the address that they come from. */
export interface Person {
  tenantId: string
  /** In the form in which addresses are compared. */
  email: string
  ip: string
}

/**
 * Counts attempts in Postgres, so that instances share the counts and restarts keep them. The clock is the database's. A subject is stored
 * only as a keyed hash.
 */
export function createLimits({ db, seal }: { db: Database; seal: KeyObject }) {
  const key = deriveKey(seal, 'limits')
  const toCount = (rule: RuleName, ...subject: string[]): Count => ({
    key: createHmac('sha256', key)
      .update(JSON.stringify([rule, ...subject]))
      .digest(),
    rule: rules[rule],
  })
  function toCounts({ tenantId, email, ip }: Person) {
    return {
      fromAddress: toCount('signInsFromAddress', addressOf(ip)),
      fromNetwork: toCount('signInsFromNetwork', tenantId, email, networkOf(ip)),
      toAccount: toCount('signInsToAccount', tenantId, email),
      ofPerson: toCount('signInsOfPerson', tenantId, email, addressOf(ip)),
    }
  }

  return {
    /**
     * Counts an attempt of the subject that the rule names. Throws `attempts.too-many` with the seconds to wait if it is one too many; that one
     * does not count.
     */
    async take(rule: RuleName, ...subject: string[]): Promise<void> {
      assertCounted(await countAttempt(db, [toCount(rule, ...subject)], null))
    },

    /** Counts an attempt by all these rules. Returns false instead of throwing, for answers that must not show it. */
    async tryTake(names: RuleName[], ...subject: string[]): Promise<boolean> {
      const counts = names.map((rule) => toCount(rule, ...subject))
      return (await countAttempt(db, counts, null)).pauseSeconds === null
    },

    /** Begins the count of a subject anew, because the right person has come. */
    forget: (rule: RuleName, ...subject: string[]): Promise<void> => deleteCounts(db, [toCount(rule, ...subject).key]),

    /**
     * Deletes the counts of an account that is erased. Those that also depend on an IP address cannot be found without it; they end by
     * themselves within a day.
     */
    forgetAccount(tx: Transaction, { tenantId, id, emailKey }: { tenantId: string; id: string; emailKey: string }) {
      const counts = [
        toCount('passwordOfAccount', tenantId, id),
        toCount('changesOfAccount', tenantId, id),
        toCount('exportsOfAccount', tenantId, id),
        toCount('mailsToAddress', tenantId, emailKey),
        toCount('signUpsToAddress', tenantId, emailKey),
        toCount('signInsToAccount', tenantId, emailKey),
      ]
      return deleteCounts(
        tx,
        counts.map((each) => each.key),
      )
    },

    /** Counts an attempt to sign in as one of a known person or of a stranger, and returns which. Throws as `take`. */
    async takeSignIn(person: Person): Promise<{ isKnown: boolean }> {
      const { ofPerson, ...ofStranger } = toCounts(person)
      const answer = await countAttempt(db, Object.values(ofStranger), ofPerson)
      assertCounted(answer)
      return answer
    },

    /**
     * Makes the person known at this address and ends the pauses there. A stranger who has signed in gets back the attempt that `takeSignIn`
     * counted, so that only failures count.
     */
    async welcome(person: Person, { hasCounted }: { hasCounted: boolean }, tx?: Transaction): Promise<void> {
      const { ofPerson, fromNetwork, fromAddress, toAccount } = toCounts(person)
      const lessened = hasCounted ? [fromAddress, toAccount] : []
      await writeKnown(tx ?? db, { known: ofPerson, anew: fromNetwork, lessened })
    },
  }
}

export type Limits = ReturnType<typeof createLimits>

function assertCounted({ pauseSeconds: retryAfterSeconds }: { pauseSeconds: number | null }): void {
  if (retryAfterSeconds === null) return
  throw new AppError('rate-limited', 'attempts.too-many', 'Too many attempts', { retryAfterSeconds })
}
