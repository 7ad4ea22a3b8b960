import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Cta, Seo, Visibility } from '../distributions/distribution.ts'
import { moment } from './moment.ts'

/** What CourseFactory last said of a course. Empty content is unknown content: staging may be heard of first. */
export const courses = pgTable(
  'courses',
  {
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    title: text('title').notNull().default(''),
    description: text('description').notNull().default(''),
    language: text('language').notNull().default(''),
    targetGroup: text('target_group').array().notNull().default([]),
    totalLessons: integer('total_lessons'),
    generationCompletedAt: moment('generation_completed_at'),
    stagingUrl: text('staging_url'),
    stagingDeployedAt: moment('staging_deployed_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.courseId] })],
)

export const distributions = pgTable(
  'distributions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    courseId: text('course_id').notNull(),
    isGenerated: boolean('is_generated').notNull(),
    derivedFrom: text('derived_from').references((): AnyPgColumn => distributions.id),
    slug: text('slug').notNull(),
    title: text('title').notNull(),
    description: text('description').notNull(),
    language: text('language').notNull(),
    targetGroup: text('target_group').array().notNull(),
    seo: jsonb('seo').$type<Seo>().notNull(),
    cta: jsonb('cta').$type<Cta>().notNull(),
    visibility: text('visibility').$type<Visibility>().notNull(),
    version: integer('version').notNull(),
    stagingUrl: text('staging_url'),
    stagingDeployedAt: moment('staging_deployed_at'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    // Whoever makes a distribution has the course's row first, and with it the lock that orders all makers.
    foreignKey({
      name: 'distributions_course_fk',
      columns: [table.tenantId, table.courseId],
      foreignColumns: [courses.tenantId, courses.courseId],
    }),
    uniqueIndex('distributions_slug').on(table.tenantId, table.slug),
    uniqueIndex('distributions_generated').on(table.tenantId, table.courseId).where(sql`${table.isGenerated}`),
    index('distributions_newest').on(table.tenantId, table.id),
    index('distributions_course').on(table.tenantId, table.courseId, table.id),
    index('distributions_public').on(table.tenantId, table.id).where(sql`${table.visibility} = 'public'`),
    check('distributions_visibility', sql`${table.visibility} in ('private', 'public')`),
  ],
)
