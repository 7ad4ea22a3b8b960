import { moment } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { bigint, boolean, date, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Arm } from '../experiments/experiment.ts'

/** The time zones in which the days of tenants begin. Null until enrollment-api has named one; meanwhile they are days of UTC. */
export const tenants = pgTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  timeZone: text('time_zone'),
})

/** Tables that a rebuild keeps, because no event tells what is in them. It makes all others anew. */
export const keptTables = ['tenants']

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
    /** The moment of the latest event that has the slug, and likewise of the title. */
    namedAt: moment('named_at'),
    title: text('title'),
    titledAt: moment('titled_at'),
    /** Whether its beginning is known, so that its totals began at zero. */
    isWhole: boolean('is_whole').notNull().default(false),
    deletedAt: moment('deleted_at'),
    isPublic: boolean('is_public').notNull().default(false),
    /** The moment of the latest event that has said whether it is public. */
    shownAt: moment('shown_at'),
    /** Whether lists show it once it is public. */
    isListed: boolean('is_listed').notNull().default(true),
    listedAt: moment('listed_at'),
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
  (table) => [
    primaryKey({ columns: [table.tenantId, table.distributionId, table.kind, table.value, table.day] }),
    // For the report of a whole tenant. The total changes all the time, and the day never.
    index('totals_by_day').on(table.tenantId, table.day),
  ],
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

/** Which courses learners have, or have left. A later activation counts, and the leave of the same one: so the order of events does not. */
export const learnerCourses = pgTable(
  'learner_courses',
  {
    tenantId: text('tenant_id').notNull(),
    studentId: text('student_id').notNull(),
    courseId: text('course_id').notNull(),
    activation: integer('activation').notNull(),
    hasLeft: boolean('has_left').notNull(),
    changedAt: moment('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.studentId, table.courseId] }),
    index('learner_courses_latest')
      .on(table.tenantId, table.studentId, table.changedAt.desc().nullsFirst(), table.courseId)
      .where(sql`NOT ${table.hasLeft}`),
  ],
)

/** The number of learners who have any course. */
export const learnerCounts = pgTable('learner_counts', {
  tenantId: text('tenant_id').primaryKey(),
  learners: integer('learners').notNull(),
})

/** The number of learners of each course. */
export const courseCounts = pgTable(
  'course_counts',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    learners: integer('learners').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.courseId] })],
)

/** The number of learners who have joined a course for the first time, by day of UTC. */
export const firstJoins = pgTable(
  'first_joins',
  {
    tenantId: text('tenant_id').notNull(),
    day: date('day').notNull(),
    courseId: text('course_id').notNull(),
    learners: integer('learners').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.day, table.courseId] })],
)

/** The number of learners who have both of two courses. Each pair has one row, with the smaller id first. */
export const coursePairs = pgTable(
  'course_pairs',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    otherCourseId: text('other_course_id').notNull(),
    learners: integer('learners').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.courseId, table.otherCourseId] }),
    index('course_pairs_other').on(table.tenantId, table.otherCourseId),
  ],
)

/** The accounts that were erased. An event that is read again brings nothing about them back. */
export const erasedAccounts = pgTable(
  'erased_accounts',
  {
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    erasedAt: moment('erased_at').notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.accountId] })],
)

/** The statements of events about the experiment of a distribution. All are kept, so that their order does not matter. */
export const experiments = pgTable(
  'experiments',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    toldAt: moment('told_at').notNull(),
    /** Null where the event says that there is none. */
    arms: jsonb('arms').$type<Arm[]>(),
    endsAt: moment('ends_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.distributionId, table.toldAt] })],
)

/**
 * The running totals of calls to action at the moments at which events told them. An experiment needs those at its beginning, of which
 * nobody knows until it is told. After two days only those stay that the experiments of the distribution need.
 */
export const ctaTotals = pgTable(
  'cta_totals',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    kind: text('kind', { enum: ['views', 'clicks'] }).notNull(),
    ctaType: text('cta_type').notNull(),
    at: moment('at').notNull(),
    total: bigint('total', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.distributionId, table.kind, table.ctaType, table.at] })],
)
