import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const users = pgTable(
  'users',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    email: text('email').notNull(),
    name: text('name').notNull(),
    locale: text('locale', { enum: ['de', 'en'] }).notNull(),
    roles: text('roles', { enum: ['student', 'editor', 'admin'] })
      .array()
      .notNull(),
    passwordHash: text('password_hash').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('users_tenant_id_email_unique').on(table.tenantId, table.email),
    check('users_email_is_lower_case', sql`${table.email} = lower(${table.email})`),
  ],
)

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    tokenHash: bytes('token_hash').primaryKey(),
    // All tokens of one sign-in, so that they can be revoked together.
    familyId: uuid('family_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    issuedAt: moment('issued_at').notNull().default(sql`now()`),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    foreignKey({
      name: 'refresh_tokens_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }),
    index('refresh_tokens_user').on(table.tenantId, table.userId),
  ],
)

export const serviceClients = pgTable('service_clients', {
  id: text('id').primaryKey(),
  secretHash: text('secret_hash').notNull(),
  tenants: text('tenants').array().notNull(),
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
    enrolledAt: moment('enrolled_at').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    unique('enrollments_tenant_id_user_id_course_id_unique').on(table.tenantId, table.userId, table.courseId),
    foreignKey({
      name: enrollmentUserKey,
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }),
    check('enrollments_progress_is_percentage', sql`${table.progress} BETWEEN 0 AND 100`),
  ],
)
