import { AppError, type Caller, type Database, type Transaction } from '@coursewire/service-kit'
import { and, eq, gt, sql } from 'drizzle-orm'
import { acceptedStatuses, emailHistory, emails, isByAdmin } from '../db/schema.ts'
import { findEmail, type LedgerEntry } from './ledger.ts'
import { isOneOf, resend } from './repository.ts'
import { hasRefused, lift } from './suppression.ts'

type Admin = Pick<Caller, 'id' | 'tenantId'>

/** Whoever has more to mend does it on the command line. */
const MOST_IN_AN_HOUR = 100
const RETRY_AFTER_SECONDS = 600
/** In a day. */
const MOST_OF_A_PERSON = 5

/** Creates the means of admins and recipients to have mails sent again. Mails of other tenants do not exist for them. */
export function createInterventions({ db, onDue }: { db: Database; onDue: () => void }) {
  return {
    /** Puts a mail back in the queue. Returns whether it was, or may have been, sent before. Throws why it must not be sent. */
    async resend(admin: Admin, id: string, because: string): Promise<boolean> {
      const status = await db.transaction(async (tx) => {
        const email = await findEmail(tx, id, 'update')
        if (email?.tenantId !== admin.tenantId) throw notFound()
        assertSendable(email)
        const { status: before, recipient } = email
        if (before === 'suppressed' && (await hasRefused(tx, admin.tenantId, recipient))) {
          throw refuse('suppressed', 'The address refuses mails. Lift the suppression first, if the person wants them')
        }
        await assertFew(tx, admin)
        await resend(tx, isOneOf([id]), { by: admin.id, because })
        return before
      })
      onDue()
      return ['unknown', ...acceptedStatuses].includes(status)
    },

    /**
     * Sends a mail again because its recipient wants it, once a day, to the address that they have now. `assertRepeatable` refuses other kinds
     * of mails.
     */
    async sendAgain(
      { id: recipient, tenantId }: Caller,
      id: string,
      assertRepeatable: (email: LedgerEntry) => void,
    ): Promise<void> {
      await db.transaction(async (tx) => {
        const email = await findEmail(tx, id, 'update')
        if (email?.tenantId !== tenantId || email.recipient !== recipient) throw notFound()
        assertSendable(email)
        assertRepeatable(email)
        await assertSeldom(tx, email)
        await resend(tx, isOneOf([id]), { by: 'recipient' })
      })
      onDue()
    },

    /** Lets the tenant write to a suppressed address again. Throws `suppression.not-found`. */
    async lift(admin: Admin, addressHash: Buffer, reason: string): Promise<void> {
      await db.transaction(async (tx) => {
        await assertFew(tx, admin)
        if (await lift(tx, { tenantId: admin.tenantId, addressHash, by: admin.id, reason })) return
        throw new AppError('not-found', 'suppression.not-found', 'The address is not suppressed')
      })
    },
  }
}

export type Interventions = ReturnType<typeof createInterventions>

/** Mails of other tenants, and of other people, do not exist. */
export const notFound = () => new AppError('not-found', 'mail.not-found', 'Mail not found')

function assertSendable({ status, withdrawn }: LedgerEntry): void {
  if (withdrawn !== null) throw refuse('withdrawn', `The mail must not be sent any more: ${withdrawn}`)
  if (status === 'pending' || status === 'sending') throw refuse('pending', 'The mail is about to be sent')
}

/** Each mail once a day, and a person a few of them. */
async function assertSeldom(tx: Transaction, { id, tenantId, recipient }: LedgerEntry): Promise<void> {
  const { rows } = await tx.execute<{ count: number; isSame: boolean; seconds: number }>(sql`
    SELECT count(*)::int AS count, coalesce(bool_or(emails.id = ${id}), false) AS "isSame",
           ceil(extract(epoch FROM coalesce(max(at) FILTER (WHERE emails.id = ${id}), min(at)) + interval '1 day' - now()))::int AS seconds
    FROM emails JOIN email_history ON email_id = emails.id
    WHERE (tenant_id, recipient) = (${tenantId}, ${recipient})
      AND email_history.changed_by = 'recipient' AND at > now() - interval '1 day'`)
  const [asked] = rows
  if (!asked || (!asked.isSame && asked.count < MOST_OF_A_PERSON)) return
  throw new AppError('rate-limited', 'mail.too-often', 'A mail is sent again once a day', {
    retryAfterSeconds: asked.seconds,
  })
}

const refuse = (why: 'withdrawn' | 'pending' | 'suppressed', message: string) =>
  new AppError('conflict', `mail.${why}`, message)

async function assertFew(tx: Transaction, { tenantId }: Admin): Promise<void> {
  const [made] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(emailHistory)
    .innerJoin(emails, eq(emails.id, emailHistory.emailId))
    .where(
      and(
        isByAdmin(emailHistory.changedBy),
        gt(emailHistory.at, sql`now() - interval '1 hour'`),
        eq(emails.tenantId, tenantId),
      ),
    )
  if ((made?.count ?? 0) < MOST_IN_AN_HOUR) return
  throw new AppError('rate-limited', 'interventions.too-many', 'Too many mails were resent by hand within an hour', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
