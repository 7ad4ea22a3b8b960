import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { bigint, boolean, date, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** The time zones in which the days of tenants begin. Null until enrollment-api has named one; meanwhile they are days of UTC. */
export const tenants = pgTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  timeZone: text('time_zone'),
})

/** The distributions that events have named. A deleted one stays, because reports still show its numbers. */
export const pages = pgTable(
  'pages',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    courseId: text('course_id'),
    /** The distribution that it is a variant of. */
    parentId: text('parent_id'),
    slug: text('slug'),
    title: text('title'),
    /** The moment of the latest event that has named the page. */
    namedAt: moment('named_at'),
    /** Whether its beginning is known, so that its totals began at zero. */
    isWhole: boolean('is_whole').notNull().default(false),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.distributionId] }),
    index('pages_course').on(table.tenantId, table.courseId),
  ],
)

export const kinds = ['views', 'views_by_referrer', 'views_by_cta', 'clicks', 'clicks_by_cta'] as const
export type Kind = (typeof kinds)[number]

/**
 * The running totals of a distribution as they were at the end of a day, the largest that an event has told. The number of a day is the
 * difference of two of them, so an event that is doubled, late or lost changes nothing in the end.
 */
export const totals = pgTable(
  'totals',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    kind: text('kind', { enum: kinds }).notNull(),
    /** The category of referrers, or the call to action. Empty for the total of all. */
    value: text('value').notNull(),
    day: date('day').notNull(),
    total: bigint('total', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.distributionId, table.kind, table.value, table.day] })],
)

/** The numbers of students who have joined and left a course in a day. Nothing says who they are. */
export const enrollments = pgTable(
  'enrollments',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    day: date('day').notNull(),
    /** The page and the call to action from which they came, empty where the event names none. */
    distributionId: text('distribution_id').notNull(),
    ctaType: text('cta_type').notNull(),
    source: text('source').notNull(),
    joined: integer('joined').notNull(),
    left: integer('left').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.courseId, table.day, table.distributionId, table.ctaType, table.source],
    }),
    index('enrollments_distribution')
      .on(table.tenantId, table.distributionId, table.day)
      .where(sql`${table.distributionId} <> ''`),
    index('enrollments_day').on(table.tenantId, table.day),
  ],
)
