import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'

export const statuses = ['pending', 'sending', 'sent', 'failed', 'unknown'] as const

/** The ledger: one row for every mail that is due, whatever happens to it. It contains no names or addresses. */
export const emails = pgTable(
  'emails',
  {
    /** SES gets this as the tag `send_id`. */
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    studentId: text('student_id').notNull(),
    courseId: text('course_id').notNull(),
    activation: integer('activation').notNull(),
    template: text('template').notNull(),
    source: text('source').notNull(),
    status: text('status', { enum: statuses }).notNull().default('pending'),
    /** Counts the claims. Only the worker with the latest number may record an outcome. */
    attempt: integer('attempt').notNull().default(0),
    failures: integer('failures').notNull().default(0),
    dueAt: moment('due_at').notNull().default(sql`now()`),
    claimedAt: moment('claimed_at'),
    messageId: text('message_id'),
    reason: text('reason'),
    eventId: text('event_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    unique('emails_once').on(table.tenantId, table.studentId, table.courseId, table.activation, table.template),
    // Nearly all rows are `sent`, and nobody searches for those.
    index('emails_unsettled').on(table.status, table.dueAt).where(sql`${table.status} <> 'sent'`),
    check('emails_status', sql`${table.status} IN ('pending', 'sending', 'sent', 'failed', 'unknown')`),
    check('emails_sent', sql`(${table.status} = 'sent') = (${table.messageId} IS NOT NULL)`),
  ],
)
