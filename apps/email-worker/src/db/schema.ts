import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

export const statuses = [
  'pending',
  'sending',
  'sent',
  'delayed',
  'delivered',
  'bounced',
  'complained',
  'suppressed',
  'failed',
  'unknown',
] as const

/** The states of mails that SES has accepted. */
export const acceptedStatuses = ['sent', 'delayed', 'delivered', 'bounced', 'complained'] as const

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const quoted = (words: readonly string[]) => sql.raw(words.map((word) => `'${word}'`).join(', '))

/** The ledger: one row for every mail that is due, whatever happens to it. It contains no names or addresses. */
export const emails = pgTable(
  'emails',
  {
    /** SES gets this as the tag `send_id`. */
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    template: text('template').notNull(),
    /** The id of the account, or of the subscriber to news. */
    recipient: text('recipient').notNull(),
    /** The subject of the mail: the id of the course, or of the request that an account mail answers. */
    fact: text('fact').notNull(),
    /** 1 where there is no enrolment. */
    activation: integer('activation').notNull(),
    /** How the student was enrolled; null for other mails. */
    source: text('source'),
    status: text('status', { enum: statuses }).notNull().default('pending'),
    /** Due mails with the smallest number are sent first. */
    priority: smallint('priority').notNull().default(1),
    /** Counts the claims. Only the worker with the latest number may record an outcome. */
    attempt: integer('attempt').notNull().default(0),
    failures: integer('failures').notNull().default(0),
    dueAt: moment('due_at').notNull().default(sql`now()`),
    claimedAt: moment('claimed_at'),
    messageId: text('message_id'),
    /** The size of what was sent last, and its SHA-256 in hexadecimal: a proof of what the ledger does not keep. */
    sentBytes: integer('sent_bytes'),
    sentSha256: text('sent_sha256'),
    reason: text('reason'),
    /** The author of the last change: `event`, `worker`, `ses`, `operator`, `recipient` or the id of an admin. */
    changedBy: text('changed_by').notNull().default('event'),
    /** Why it must not be sent any more, if so. A claimed mail may have left before that. */
    withdrawn: text('withdrawn'),
    eventId: text('event_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    /** The W3C trace context of what caused it, if there was one: its sending continues that trace. */
    traceparent: text('traceparent'),
    /** The announcement that news is written from; null for other mails. */
    announcementId: uuid('announcement_id'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    // In this order it also finds the mails of a recipient.
    unique('emails_once').on(table.tenantId, table.recipient, table.fact, table.activation, table.template),
    // Nearly all rows are `sent` or `delivered`, and nobody searches for those.
    index('emails_unsettled')
      .on(table.status, table.priority, table.dueAt)
      .where(sql`${table.status} NOT IN ('sent', 'delivered')`),
    index('emails_message').on(table.messageId).where(sql`${table.messageId} IS NOT NULL`),
    check('emails_status', sql`${table.status} IN (${quoted(statuses)})`),
    check('emails_sent', sql`(${table.status} IN (${quoted(acceptedStatuses)})) = (${table.messageId} IS NOT NULL)`),
    check('emails_withdrawn', sql`${table.withdrawn} IS NULL OR ${table.status} <> 'pending'`),
  ],
)

/** Whether a change was made by an admin, whose id is its author, and not by a program or on a command line. */
export const isByAdmin = (changedBy: AnyPgColumn) =>
  sql`${changedBy} NOT IN ('event', 'worker', 'ses', 'operator', 'recipient')`

/** Every change of a mail. A trigger writes it, so that no program can forget to. */
export const emailHistory = pgTable(
  'email_history',
  {
    id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
    emailId: uuid('email_id').notNull(),
    at: moment('at').notNull().default(sql`clock_timestamp()`),
    status: text('status', { enum: statuses }).notNull(),
    attempt: integer('attempt').notNull(),
    reason: text('reason'),
    messageId: text('message_id'),
    changedBy: text('changed_by').notNull(),
  },
  (table) => [
    index('email_history_email').on(table.emailId, table.id),
    index('email_history_age').using('brin', table.at),
    index('email_history_refusals').on(table.at).where(sql`${table.status} IN ('bounced', 'complained')`),
    index('email_history_by_admin').on(table.at).where(isByAdmin(table.changedBy)),
  ],
)

/** The addresses that a tenant writes to no more, as keyed hashes. */
export const suppressions = pgTable(
  'suppressions',
  {
    tenantId: text('tenant_id').notNull(),
    addressHash: bytes('address_hash').notNull(),
    reason: text('reason', { enum: ['bounced', 'complained'] }).notNull(),
    /** The mail that led to it. */
    emailId: uuid('email_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.addressHash] })],
)

/** One row: a bucket of tokens that all instances take from, one for each mail. It is filled as fast as SES lets the account send. */
export const sendingBudget = pgTable(
  'sending_budget',
  {
    isOnly: boolean('is_only').primaryKey().default(true),
    /** How many tokens are added in a second, and how many fit. */
    perSecond: doublePrecision('per_second').notNull(),
    capacity: doublePrecision('capacity').notNull(),
    tokens: doublePrecision('tokens').notNull(),
    filledAt: moment('filled_at').notNull().default(sql`clock_timestamp()`),
    /** Nothing is sent until then: the quota of the day is used up. */
    pausedUntil: moment('paused_until'),
    /** No news are sent while too many mails bounce or are complained about. */
    isNewsPaused: boolean('is_news_paused').notNull().default(false),
  },
  (table) => [check('sending_budget_is_one', sql`${table.isOnly}`)],
)

/** The messages of SNS that were taken. It may deliver each again, for an hour by itself and much later by hand. */
export const snsMessages = pgTable(
  'sns_messages',
  {
    id: text('id').primaryKey(),
    takenAt: moment('taken_at').notNull().default(sql`now()`),
  },
  (table) => [index('sns_messages_age').using('brin', table.takenAt)],
)

export const newsKinds = ['launch', 'notice', 'change'] as const

/** The news about distributions. Each is open until there is a mail in the ledger for everybody who is to hear of it. */
export const announcements = pgTable(
  'announcements',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    kind: text('kind', { enum: newsKinds }).notNull(),
    distributionId: text('distribution_id').notNull(),
    /** Null of a change that has not begun, because its event does not name the course. */
    courseId: text('course_id'),
    /** Empty unless it is a launch. */
    targetGroup: text('target_group').array().notNull().default(sql`'{}'`),
    /** The versions that a change tells of, the oldest first. */
    versions: jsonb('versions').$type<{ version: string; changelog: string }[]>().notNull().default([]),
    /** The moment of the latest event. */
    happenedAt: moment('happened_at').notNull(),
    eventId: text('event_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    status: text('status', { enum: ['open', 'written', 'withdrawn'] })
      .notNull()
      .default('open'),
    dueAt: moment('due_at').notNull().default(sql`now()`),
    begunAt: moment('begun_at'),
    /** The last recipient whose mail is written. */
    cursor: text('cursor'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  (table) => [
    // A distribution that is published again continues the announcement of the first time.
    uniqueIndex('announcements_published')
      .on(table.tenantId, table.distributionId, table.kind)
      .where(sql`kind <> 'change'`),
    // Changes that come before the mails about an earlier one have begun are told together.
    uniqueIndex('announcements_changed')
      .on(table.tenantId, table.distributionId)
      .where(sql`kind = 'change' AND status = 'open' AND begun_at IS NULL`),
    index('announcements_due').on(table.dueAt).where(sql`status = 'open'`),
    index('announcements_course').on(table.tenantId, table.courseId, table.begunAt).where(sql`kind = 'change'`),
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
