import { moment } from '@coursewire/service-kit'
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { ReferrerCategory } from '../counts/referrer.ts'
import { contentColumns } from '../entries/content.ts'
import type { Visibility } from '../entries/distribution.ts'
import { content, fieldName } from './columns.ts'
import { language } from './language.ts'

/** The latest facts from CourseFactory about a course. Content is empty while only its staging is known. */
export const courses = pgTable(
  'courses',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    title: text('title').notNull().default(''),
    description: text('description').notNull().default(''),
    language: language('language').notNull().default(''),
    targetGroup: text('target_group').array().notNull().default([]),
    totalLessons: integer('total_lessons'),
    workload: text('workload'),
    startsAt: text('starts_at'),
    generationCompletedAt: moment('generation_completed_at'),
    stagingUrl: text('staging_url'),
    stagingDeployedAt: moment('staging_deployed_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.courseId] })],
)

/** The courses that have lost a distribution. While such a course has no other, it is gone, not unknown. */
export const lostCourses = pgTable(
  'lost_courses',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.courseId] })],
)

type OfDistribution = Record<'language' | 'visibility' | 'listed', SQLWrapper>

/** Whether lists show an entry, and search finds it. */
export function isListed({ visibility, listed }: Pick<OfDistribution, 'visibility' | 'listed'>): SQL {
  return sql`${visibility} = 'public' and ${listed}`
}

/** The key by which languages are compared, including those that were stored before tags were made canonical. */
export function languageKey({ language }: Pick<OfDistribution, 'language'>): SQL {
  return sql`lower(replace(${language}, '_', '-'))`
}

/** Lists and search read another table, which triggers keep up to date: migrations/0006_listings.sql. */
export const distributions = pgTable(
  'distributions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    isGenerated: boolean('is_generated').notNull(),
    derivedFrom: text('derived_from').references((): AnyPgColumn => distributions.id),
    slug: text('slug').notNull(),
    ...contentColumns,
    listed: boolean('listed').notNull().default(true),
    hasOwnCanonical: boolean('has_own_canonical').notNull().default(false),
    protectedFields: fieldName('protected_fields').array().notNull().default([]),
    visibility: text('visibility').$type<Visibility>().notNull(),
    version: integer('version').notNull(),
    stagingUrl: text('staging_url'),
    stagingDeployedAt: moment('staging_deployed_at'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    foreignKey({
      name: 'distributions_course_fk',
      columns: [table.tenantId, table.courseId],
      foreignColumns: [courses.tenantId, courses.courseId],
    }),
    uniqueIndex('distributions_slug').on(table.tenantId, table.slug),
    uniqueIndex('distributions_generated').on(table.tenantId, table.courseId).where(sql`${table.isGenerated}`),
    index('distributions_newest').on(table.tenantId, table.id),
    index('distributions_course').on(table.tenantId, table.courseId, table.id),
    index('distributions_variants').on(table.derivedFrom, table.id).where(sql`${table.derivedFrom} is not null`),
    index('distributions_listed').on(table.tenantId, table.id).where(isListed(table)),
    index('distributions_language').on(table.tenantId, languageKey(table), table.id).where(isListed(table)),
    index('distributions_target_group').using('gin', table.targetGroup).where(isListed(table)),
    check('distributions_visibility', sql`${table.visibility} in ('private', 'public')`),
  ],
)

/**
 * Every slug that a distribution has ever had. No other distribution gets it: an old slug leads to the distribution, and that of a deleted one
 * is gone for good. There is no foreign key, because the slug outlives the distribution.
 */
export const slugs = pgTable(
  'slugs',
  {
    tenantId: text('tenant_id').notNull(),
    slug: text('slug').notNull(),
    distributionId: text('distribution_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.slug] })],
)

const ofDistribution = () =>
  text('distribution_id')
    .notNull()
    .references(() => distributions.id, { onDelete: 'cascade' })

/** The content of a distribution when a version ended. The current version is the distribution itself. */
export const versions = pgTable(
  'versions',
  {
    distributionId: ofDistribution(),
    version: integer('version').notNull(),
    content: content('content').notNull(),
    changelog: text('changelog').notNull(),
    frozenAt: moment('frozen_at').notNull(),
    frozenBy: text('frozen_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.distributionId, table.version] })],
)

/** Planned changes of visibility. One that failed stays, with its error. */
export const schedules = pgTable(
  'schedules',
  {
    distributionId: ofDistribution(),
    visibility: text('visibility').$type<Visibility>().notNull(),
    at: moment('at').notNull(),
    /** Why it is unpublished. */
    reason: text('reason'),
    correlationId: text('correlation_id').notNull(),
    error: text('error'),
  },
  (table) => [
    primaryKey({ columns: [table.distributionId, table.visibility] }),
    index('schedules_due').on(table.at).where(sql`${table.error} is null`),
    check('schedules_visibility', sql`${table.visibility} in ('private', 'public')`),
  ],
)

/** How often a distribution was viewed and its button clicked. Nothing about who did it. */
export const counts = pgTable('counts', {
  distributionId: ofDistribution().primaryKey(),
  views: bigint('views', { mode: 'number' }).notNull().default(0),
  clicks: bigint('clicks', { mode: 'number' }).notNull().default(0),
})

/** Clicks by the call to action that was clicked. */
export const clickCounts = pgTable(
  'click_counts',
  {
    distributionId: ofDistribution(),
    ctaType: text('cta_type').notNull(),
    clicks: bigint('clicks', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.distributionId, table.ctaType] })],
)

/** The last batch of views of each instance, so that a batch whose COMMIT was not answered is not added twice. */
export const viewBatches = pgTable('view_batches', {
  writer: uuid('writer').primaryKey(),
  batch: integer('batch').notNull(),
})

/**
 * Views by category and by the call to action that was shown, empty where it is not known. Also when the last event about them was written,
 * and whether there have been more since.
 */
export const viewCounts = pgTable(
  'view_counts',
  {
    distributionId: ofDistribution(),
    referrerCategory: text('referrer_category').$type<ReferrerCategory>().notNull(),
    ctaType: text('cta_type').notNull(),
    views: bigint('views', { mode: 'number' }).notNull(),
    isBehind: boolean('is_behind').notNull(),
    toldAt: moment('told_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.distributionId, table.referrerCategory, table.ctaType] }),
    index('view_counts_behind').on(table.toldAt).where(sql`${table.isBehind}`),
  ],
)

/** Versions older than {@link viewCounts} write this table. Drop it once none of them can run. */
export const viewsTold = pgTable(
  'views_told',
  {
    distributionId: ofDistribution(),
    referrerCategory: text('referrer_category').$type<ReferrerCategory>().notNull(),
    isBehind: boolean('is_behind').notNull(),
    toldAt: moment('told_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.distributionId, table.referrerCategory] }),
    index('views_told_behind').on(table.toldAt).where(sql`${table.isBehind}`),
  ],
)
