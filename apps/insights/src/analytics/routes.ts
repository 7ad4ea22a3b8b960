import { id } from '@coursewire/events'
import { AppError, type Database, type HttpApp, pageLimit } from '@coursewire/service-kit'
import { z } from 'zod'
import { findPage, listPages, type Page } from '../catalogue/repository.ts'
import { buildFunnel, compareSteps, type Funnel } from './funnel.ts'
import { compareDistributions, listCourses, type Period, readCounted, readJoined, readToday } from './repository.ts'

const MAX_DAYS = 366
/** The length of a report that names no days. */
const USUAL_DAYS = 28
const DAY_MS = 86_400_000

const day = z.iso.date().refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9999, 0), 'is not near')
const period = z.strictObject({
  from: day.optional().describe(`The first day; by default ${USUAL_DAYS} days until the last one`),
  to: day.optional().describe("The last day; by default today, in the tenant's time zone"),
})

const number = z.int().min(0)
const rate = z
  .object({ rate: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe("With the ends of Wilson's interval (95 %); null if there is nothing to compare with")
const numbers = { views: number, clicks: number, enrolments: number, leaves: number }
const steps = { clicksPerView: rate, enrolmentsPerClick: rate }
const funnel = z.object({
  from: z.string(),
  to: z.string(),
  timeZone: z
    .string()
    .describe('In which days begin and end. Views are told once a window, so a day may be that much off'),
  days: z.array(z.object({ day: z.string(), ...numbers })),
  totals: z.object(numbers),
  ...steps,
  referrers: z.array(z.object({ category: z.string(), views: number })),
  callsToAction: z.array(
    z.object({ ctaType: z.string(), views: number, clicks: number, enrolments: number, clicksPerView: rate }),
  ),
  sources: z.array(z.object({ source: z.string(), enrolments: number })),
})
const page = {
  distributionId: z.string(),
  slug: z.string().nullable(),
  title: z.string().nullable(),
  parentId: z.string().nullable().describe('The distribution that it is a variant of'),
  isDeleted: z.boolean(),
}

const example = {
  from: '2026-12-01',
  to: '2026-12-01',
  timeZone: 'Europe/Berlin',
  days: [{ day: '2026-12-01', views: 120, clicks: 12, enrolments: 9, leaves: 1 }],
  totals: { views: 120, clicks: 12, enrolments: 9, leaves: 1 },
  clicksPerView: { rate: 0.1, low: 0.058, high: 0.167 },
  enrolmentsPerClick: { rate: 0.75, low: 0.468, high: 0.911 },
  referrers: [{ category: 'direct', views: 120 }],
  callsToAction: [],
  sources: [{ source: 'manual', enrolments: 9 }],
}
const pageExample = {
  distributionId: 'dist_1',
  slug: 'sourdough',
  title: 'Sourdough',
  parentId: null,
  isDeleted: false,
}
const distributionReport = z
  .object({ ...page, courseId: z.string().nullable(), ...funnel.shape })
  .meta({ id: 'DistributionReport', example: { ...pageExample, courseId: 'course_1', ...example } })
const tenantReport = funnel.meta({ id: 'TenantReport', example })
const courseReport = z
  .object({
    courseId: z.string(),
    ...funnel.shape,
    distributions: z
      .array(z.object({ ...page, views: number, clicks: number, enrolments: number, ...steps }))
      .describe('Its distributions beside each other: those that it was published as, and their variants'),
  })
  .meta({ id: 'CourseReport', example: { courseId: 'course_1', ...example, distributions: [] } })
const courseList = z
  .object({
    from: z.string(),
    to: z.string(),
    items: z.array(
      z.object({
        courseId: z.string(),
        title: z.string().nullable().describe('That of its first distribution; null if no event has told it'),
        enrolments: number,
        leaves: number,
      }),
    ),
  })
  .meta({
    id: 'CourseRanking',
    example: {
      from: '2026-12-01',
      to: '2026-12-01',
      items: [{ courseId: 'course_1', title: 'Sourdough', enrolments: 9, leaves: 1 }],
    },
  })

const tags = ['Analytics']
const config = { access: ['editor', 'admin'] } as const

/** Adds the reports that editors and admins read of their tenant. */
export function addAnalyticsRoutes(app: HttpApp, { db }: { db: Database }): void {
  async function choosePeriod(
    tenantId: string,
    given: z.output<typeof period>,
  ): Promise<Period & { timeZone: string }> {
    const { timeZone, today } = await readToday(db, tenantId)
    const to = given.to ?? today
    const from = given.from ?? new Date(Date.parse(to) - (USUAL_DAYS - 1) * DAY_MS).toISOString().slice(0, 10)
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
    if (days < 1 || days > MAX_DAYS) {
      throw new AppError('invalid', 'period.invalid', `A report has between one day and ${MAX_DAYS}`, { from, to })
    }
    return { from, to, timeZone }
  }

  app.get(
    '/api/insights/courses',
    {
      schema: {
        operationId: 'listCourseNumbers',
        tags,
        summary: 'The courses that most students have joined',
        querystring: period.extend({ limit: pageLimit }),
        response: { 200: courseList },
        refusals: { 422: 'period.invalid' },
      },
      config,
    },
    async ({ tenantId, query: { limit, ...given } }) => {
      const { from, to } = await choosePeriod(tenantId, given)
      return { from, to, items: await listCourses(db, tenantId, { from, to }, limit) }
    },
  )

  app.get(
    '/api/insights/tenant',
    {
      schema: {
        operationId: 'getTenantReport',
        tags,
        summary: 'All courses together: from the view to the enrolment',
        querystring: period,
        response: { 200: tenantReport },
        refusals: { 422: 'period.invalid' },
      },
      config,
    },
    async ({ tenantId, query }) => {
      const chosen = await choosePeriod(tenantId, query)
      const [counted, joined] = await Promise.all([
        readCounted(db, tenantId, null, chosen),
        readJoined(db, tenantId, null, chosen),
      ])
      return describe(chosen, buildFunnel(chosen, counted, joined))
    },
  )

  app.get(
    '/api/insights/courses/:courseId',
    {
      schema: {
        operationId: 'getCourseReport',
        tags,
        summary: 'A course: from the view to the enrolment, and its distributions beside each other',
        params: z.strictObject({ courseId: id }),
        querystring: period,
        response: { 200: courseReport },
        refusals: { 422: 'period.invalid', 404: 'course.not-found' },
      },
      config,
    },
    async ({ tenantId, params: { courseId }, query }) => {
      const chosen = await choosePeriod(tenantId, query)
      const pages = await listPages(db, tenantId, courseId)
      const distributionIds = pages.map(({ distributionId }) => distributionId)
      const [counted, joined, compared] = await Promise.all([
        readCounted(db, tenantId, distributionIds, chosen),
        readJoined(db, tenantId, { courseId }, chosen),
        compareDistributions(db, tenantId, { courseId, distributionIds }, chosen),
      ])
      if (pages.length === 0 && joined.length === 0) {
        throw new AppError('not-found', 'course.not-found', 'Nothing is known of this course')
      }
      const distributions = pages.map((one) => {
        const { views = 0, clicks = 0, enrolments = 0 } = compared.get(one.distributionId) ?? {}
        return { ...show(one), views, clicks, enrolments, ...compareSteps({ views, clicks, enrolments }) }
      })
      return { courseId, ...describe(chosen, buildFunnel(chosen, counted, joined)), distributions }
    },
  )

  app.get(
    '/api/insights/distributions/:id',
    {
      schema: {
        operationId: 'getDistributionReport',
        tags,
        summary: 'A distribution: from the view to the enrolment',
        params: z.strictObject({ id }),
        querystring: period,
        response: { 200: distributionReport },
        refusals: { 422: 'period.invalid', 404: 'distribution.not-found' },
      },
      config,
    },
    async ({ tenantId, params, query }) => {
      const chosen = await choosePeriod(tenantId, query)
      const found = await findPage(db, tenantId, params.id)
      if (!found) throw new AppError('not-found', 'distribution.not-found', 'Nothing is known of this distribution')
      const { distributionId, courseId } = found
      const [counted, joined] = await Promise.all([
        readCounted(db, tenantId, [distributionId], chosen),
        readJoined(db, tenantId, { distributionId }, chosen),
      ])
      return { ...show(found), courseId, ...describe(chosen, buildFunnel(chosen, counted, joined)) }
    },
  )
}

const show = ({ distributionId, slug, title, parentId, isDeleted }: Page) => ({
  distributionId,
  slug,
  title,
  parentId,
  isDeleted,
})

const describe = ({ from, to, timeZone }: Period & { timeZone: string }, built: Funnel) => ({
  from,
  to,
  timeZone,
  ...built,
})
