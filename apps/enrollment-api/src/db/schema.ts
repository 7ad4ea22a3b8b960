import { cancellationReasons } from '@coursewire/events'
import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { type AccountChange, accountRoles } from '../administration/account.ts'
import { type Subscription, subscriptionKinds } from '../subscriptions/subscription.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** The organisations. Their hosts are configuration (`TENANT_HOSTS`), so that none can claim another's. */
export const tenants = pgTable('tenants', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  locale: text('locale').notNull(),
  colors: jsonb('colors').$type<{ accent: string; onAccent: string }>(),
  logoUrl: text('logo_url'),
  /** One of `EMAIL_SENDERS`. Null means `EMAIL_FROM`. */
  sender: text('sender'),
  replyTo: text('reply_to'),
  postalAddress: text('postal_address'),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  updatedAt: moment('updated_at').notNull().default(sql`now()`),
})

/** Whether an account is anything but that of a student who can use it. */
export const isSpecial = (table: Record<'roles' | 'verifiedAt' | 'disabledAt', AnyPgColumn>) =>
  sql`(${table.roles} <> '{student}' OR ${table.verifiedAt} IS NULL OR ${table.disabledAt} IS NOT NULL)`

export const userAddressKey = 'users_tenant_id_email_key_unique'

/** The accounts. An erased one keeps its id and the moment, so that enrolments, events and changes point at nobody. */
export const users = pgTable(
  'users',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    /** The address as its owner writes it. */
    email: text('email'),
    /** The form of the address in which addresses are compared. */
    emailKey: text('email_key'),
    name: text('name'),
    locale: text('locale'),
    roles: text('roles', { enum: accountRoles }).array().notNull(),
    passwordHash: text('password_hash'),
    /** Whether mails tell of a published course that the person is enrolled in. */
    courseNews: boolean('course_news').notNull().default(true),
    /** Whether mails tell of a new version of such a course. */
    courseChanges: boolean('course_changes').notNull().default(true),
    verifiedAt: moment('verified_at'),
    disabledAt: moment('disabled_at'),
    erasedAt: moment('erased_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique(userAddressKey).on(table.tenantId, table.emailKey),
    // For searches by the beginning of a name or of an address, and for the few who are not plain students.
    index('users_name').on(table.tenantId, sql`lower(${table.name}) text_pattern_ops`),
    index('users_address').on(table.tenantId, table.emailKey.op('text_pattern_ops')),
    index('users_special').on(table.tenantId, table.id).where(isSpecial(table)),
    foreignKey({ name: 'users_tenant_fk', columns: [table.tenantId], foreignColumns: [tenants.id] }),
    check(
      'users_erased_or_complete',
      sql`num_nonnulls(${table.email}, ${table.emailKey}, ${table.name}, ${table.locale}, ${table.passwordHash})
        = CASE WHEN ${table.erasedAt} IS NULL THEN 5 ELSE 0 END`,
    ),
  ],
)

export const accountRequestPurposes = [
  'verification',
  'signup_repeated',
  'password_reset',
  'password_changed',
  'address_change',
  'address_changed',
  'news_confirmation',
] as const

/** Whether a request is an open sign-up, unless it has expired. One that confirms the address of an account has no password. */
export const isPendingSignup = (table: Record<'purpose' | 'passwordHash' | 'endedAt', AnyPgColumn>) =>
  sql`(${table.purpose} = 'verification' AND ${table.passwordHash} IS NOT NULL AND ${table.endedAt} IS NULL)`

/**
 * The requests that account mails are about: one row for each mail. The link's token is computed from the id, the purpose and the expiry, so
 * nothing usable is stored. A row of purpose `verification` is the pending sign-up itself; verifying it makes the account.
 */
export const accountRequests = pgTable(
  'account_requests',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    purpose: text('purpose', { enum: accountRequestPurposes }).notNull(),
    /** The address that the mail goes to. */
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    name: text('name').notNull(),
    locale: text('locale').notNull(),
    /** Only of a pending sign-up. */
    passwordHash: text('password_hash'),
    pendingCourseId: text('pending_course_id'),
    /** The subscriptions that the mail asks to confirm. Null for other mails. */
    subscriptions: jsonb('subscriptions').$type<Subscription[]>(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    expiresAt: moment('expires_at').notNull(),
    /** When its link was used, or when something newer replaced it. */
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('account_requests_address').on(table.tenantId, table.emailKey),
    index('account_requests_account').on(table.tenantId, table.accountId),
    index('account_requests_expires').on(table.expiresAt),
    index('account_requests_pending').on(table.tenantId, table.accountId).where(isPendingSignup(table)),
  ],
)

/** Addresses whose owners have confirmed that they want news. One without a subscription is deleted. */
export const subscribers = pgTable(
  'subscribers',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    email: text('email').notNull(),
    /** The form of the address in which addresses are compared. */
    emailKey: text('email_key').notNull(),
    locale: text('locale').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('subscribers_tenant_id_email_key_unique').on(table.tenantId, table.emailKey),
    foreignKey({ name: 'subscribers_tenant_fk', columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
)

/** The wishes of subscribers: to be told of new courses for a target group, or of one course. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    tenantId: text('tenant_id').notNull(),
    subscriberId: text('subscriber_id').notNull(),
    kind: text('kind', { enum: subscriptionKinds }).notNull(),
    /** The target group, or the id of the course. */
    value: text('value').notNull(),
    confirmedAt: moment('confirmed_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.subscriberId, table.kind, table.value] }),
    foreignKey({
      name: 'subscriptions_subscriber_fk',
      columns: [table.tenantId, table.subscriberId],
      foreignColumns: [subscribers.tenantId, subscribers.id],
    }).onDelete('cascade'),
    index('subscriptions_value').on(table.tenantId, table.kind, table.value, table.subscriberId),
  ],
)

/** One sign-in on one device. Each use of its refresh token replaces the token. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    /** The SHA-256 of what all refresh tokens of the session have in common, and nobody but their holder knows. */
    familyHash: bytes('family_hash').notNull().unique(),
    /** The SHA-256 of the current refresh tokens: one, or one for each request that refreshed at the same moment. */
    tokenHashes: bytes('token_hashes').array().notNull(),
    /** Those that the current ones have replaced, and when. Every older token is known by its family alone. */
    replacedHashes: bytes('replaced_hashes').array().notNull().default(sql`'{}'`),
    replacedAt: moment('replaced_at'),
    /** Names from a short list, such as Firefox and Windows, not the User-Agent. */
    browser: text('browser'),
    system: text('system'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    lastUsedAt: moment('last_used_at').notNull().default(sql`now()`),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    foreignKey({
      name: 'sessions_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }),
    // No index on what a refresh changes, so that it need not write to any index.
    index('sessions_user').on(table.tenantId, table.userId),
  ],
)

/** The keys that sign access tokens. The private half is sealed by `KEY_SEAL`. */
export const signingKeys = pgTable('signing_keys', {
  kid: text('kid').primaryKey(),
  sealedPrivateKey: bytes('sealed_private_key').notNull(),
  publicJwk: jsonb('public_jwk').$type<Record<string, string>>().notNull(),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  /** From when on it signs. It is published before. */
  signsFrom: moment('signs_from').notNull(),
})

/** Attempts and mails that were counted. The subject is a keyed hash, so no address is stored. */
export const limits = pgTable(
  'limits',
  {
    key: bytes('key').primaryKey(),
    count: integer('count').notNull(),
    blockedUntil: moment('blocked_until'),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('limits_expires').on(table.expiresAt)],
)

/** Changes of accounts, by whom and when: names of fields and roles, no personal data. */
export const accountChanges = pgTable(
  'account_changes',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    changedBy: text('changed_by').notNull(),
    change: jsonb('change').$type<AccountChange>().notNull(),
    changedAt: moment('changed_at').notNull().default(sql`now()`),
  },
  (table) => [index('account_changes_account').on(table.tenantId, table.accountId, table.id)],
)

export const serviceClients = pgTable('service_clients', {
  id: text('id').primaryKey(),
  secretHash: text('secret_hash').notNull(),
  tenants: text('tenants').array().notNull(),
  /** Permissions beyond calling the internal routes. */
  scopes: text('scopes', { enum: ['account-mails'] })
    .array()
    .notNull()
    .default(sql`'{}'`),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  updatedAt: moment('updated_at').notNull().default(sql`now()`),
})

/** The state of each distribution according to events. A deleted one stays as not public. */
export const distributions = pgTable(
  'distributions',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    // Null if we only know that it was unpublished, because that event does not name the course.
    courseId: text('course_id'),
    isPublic: boolean('is_public').notNull(),
    changedAt: moment('changed_at').notNull(),
    seenAt: moment('seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.distributionId] }),
    index('distributions_course').on(table.tenantId, table.courseId),
  ],
)

/** The answers of distribution-service about courses that no event had mentioned. */
export const courseAnswers = pgTable(
  'course_answers',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    isPublic: boolean('is_public').notNull(),
    askedAt: moment('asked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.courseId] })],
)

export const enrollmentUserKey = 'enrollments_user_fk'

export const enrollments = pgTable(
  'enrollments',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    courseId: text('course_id').notNull(),
    enrollmentType: text('enrollment_type', { enum: ['free', 'paid'] }).notNull(),
    source: text('source', { enum: ['manual', 'auto', 'gift', 'admin'] }).notNull(),
    paymentStatus: text('payment_status', { enum: ['free', 'pending', 'paid'] }).notNull(),
    progress: integer('progress').notNull().default(0),
    completed: boolean('completed').notNull().default(false),
    activation: integer('activation').notNull().default(1),
    distributionId: text('distribution_id'),
    ctaType: text('cta_type'),
    /** Null unless the student has left. */
    cancelledAt: moment('cancelled_at'),
    /** The reason of the last time that the student left; a return keeps it. */
    cancellationReason: text('cancellation_reason', { enum: cancellationReasons }),
    /** The student's own words on that occasion. No event has them. */
    cancellationComment: text('cancellation_comment'),
    enrolledAt: moment('enrolled_at').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    unique('enrollments_tenant_id_user_id_course_id_unique').on(table.tenantId, table.userId, table.courseId),
    // It finds the students of a course, page by page.
    index('enrollments_course')
      .on(table.tenantId, table.courseId, table.userId)
      .where(sql`${table.cancelledAt} IS NULL`),
    foreignKey({
      name: enrollmentUserKey,
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }),
    check('enrollments_progress_is_percentage', sql`${table.progress} BETWEEN 0 AND 100`),
  ],
)
