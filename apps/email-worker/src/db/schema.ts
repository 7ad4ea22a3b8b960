import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'

export const statuses = ['pending', 'sending', 'sent', 'failed', 'unknown'] as const

/** The ledger: one row for every mail that is due, whatever happens to it. It contains no names or addresses. */
export const emails = pgTable(
  'emails',
  {
    /** SES gets this as the tag `send_id`. */
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    template: text('template').notNull(),
    /** The id of the account. */
    recipient: text('recipient').notNull(),
    /** The subject of the mail: the id of the course, or of the request that an account mail answers. */
    fact: text('fact').notNull(),
    /** 1 where there is no enrolment. */
    activation: integer('activation').notNull(),
    /** How the student was enrolled; null for other mails. */
    source: text('source'),
    status: text('status', { enum: statuses }).notNull().default('pending'),
    /** Counts the claims. Only the worker with the latest number may record an outcome. */
    attempt: integer('attempt').notNull().default(0),
    failures: integer('failures').notNull().default(0),
    dueAt: moment('due_at').notNull().default(sql`now()`),
    claimedAt: moment('claimed_at'),
    messageId: text('message_id'),
    reason: text('reason'),
    /** Why it must not be sent any more, if so. A claimed mail may have left before that. */
    withdrawn: text('withdrawn'),
    eventId: text('event_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    // In this order it also finds the mails of a recipient.
    unique('emails_once').on(table.tenantId, table.recipient, table.fact, table.activation, table.template),
    // Nearly all rows are `sent`, and nobody searches for those.
    index('emails_unsettled').on(table.status, table.dueAt).where(sql`${table.status} <> 'sent'`),
    check('emails_status', sql`${table.status} IN ('pending', 'sending', 'sent', 'failed', 'unknown')`),
    check('emails_sent', sql`(${table.status} = 'sent') = (${table.messageId} IS NOT NULL)`),
    check('emails_withdrawn', sql`${table.withdrawn} IS NULL OR ${table.status} <> 'pending'`),
  ],
)

/** The accounts that were erased. An event that is read again brings them no mail. */
export const erasedAccounts = pgTable(
  'erased_accounts',
  {
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    erasedAt: moment('erased_at').notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.accountId] })],
)
