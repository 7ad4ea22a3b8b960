import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { waitFor } from '@coursewire/servers'
import { callApi, type Editor, firstCourse } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { createLearner, signIn as signInByApi } from '../../src/journey.ts'
import { enter, evaluate, expectGoodLook, type Stage, signIn } from './stage.ts'

const { course_id: courseId, title } = firstCourse
type Report = { totals: { views: number; clicks: number; enrolments: number } }

/** Defines the tests of what editors and admins see. */
export function describeReports(getProduct: () => { stage: Stage; slug: string; editor: Editor }): void {
  /** A browser in which somebody with this role is at home. */
  async function enterAs(role: 'editor' | 'admin') {
    const { stage } = getProduct()
    const person = await createLearner(stage.stack, { flags: ['--role', role] })
    const visit = await stage.visit()
    await visit.page.goto('/app')
    await signIn(visit.page, person)
    await visit.page.getByRole('button', { name: 'Your account' }).waitFor()
    const { token } = await signInByApi(stage.stack, person)
    return { ...visit, token }
  }

  /** Somebody looks at the course, presses its button and enrols. */
  async function enrolSomebody(token: string) {
    const { stage, slug } = getProduct()
    const { web } = stage.stack.urls
    const learner = await createLearner(stage.stack)
    const own = await signInByApi(stage.stack, learner)
    const correlationId = `req-${randomBytes(6).toString('hex')}`
    for (const path of ['views', 'enrollment-clicks']) {
      const headers = { 'user-agent': 'Mozilla/5.0 Firefox/145.0', 'content-type': 'application/json' }
      const body = JSON.stringify({ ctaType: 'primary_button' })
      expect((await fetch(`${web}/api/courses/${slug}/${path}`, { method: 'POST', headers, body })).status).toBe(202)
    }
    const answer = await fetch(`${web}/api/enrollments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${own.token}`,
        'content-type': 'application/json',
        'x-request-id': correlationId,
      },
      body: JSON.stringify({ courseId }),
    })
    expect(answer.status).toBe(201)
    const read = () => callApi<Report>(`${web}/api/insights/courses/${courseId}`, { token })
    await waitFor(
      async () =>
        Object.values((await read()).totals)
          .slice(0, 3)
          .every((total) => total > 0),
      {
        timeoutMs: 90_000,
        message: 'the numbers to arrive',
      },
    )
    return { correlationId }
  }

  describe('reports and the audit log', () => {
    it('show an editor the way from a view to an enrolment', async () => {
      const { page, context, token, complaints } = await enterAs('editor')
      await enrolSomebody(token)
      // It does not ask again for half a minute.
      await page.reload()

      await page.getByRole('button', { name: 'Your account' }).click()
      await page.getByRole('link', { name: 'Reports' }).click()
      await page.getByRole('link', { name: title }).waitFor()
      await page.locator('.plot canvas').nth(2).waitFor()
      await expectGoodLook(page, 'reports')
      await page.getByRole('link', { name: title }).click()
      await page.getByRole('heading', { name: 'By day' }).waitFor()
      await page.locator('.plot canvas').nth(2).waitFor()
      await page.getByText('The numbers by day').click()
      await expectGoodLook(page, 'report-course')
      const days = page.getByRole('region', { name: 'The numbers by day' }).getByRole('row')
      expect(await days.count()).toBe(1 + 28)
      await page.getByRole('link', { name: '7 days' }).click()
      await waitFor(async () => (await days.count()) === 1 + 7)
      await page.getByRole('region', { name: 'Pages of this course' }).getByRole('link', { name: title }).click()
      await page.getByRole('link', { name: 'All pages of this course' }).waitFor()
      await page.locator('.plot canvas').nth(2).waitFor()
      await expectGoodLook(page, 'report-page')

      const draw = () => evaluate(page, `document.querySelectorAll('.plot canvas')[2].toDataURL()`)
      const isWide = `document.querySelectorAll('.plot canvas')[2].width > 600`
      await waitFor(() => evaluate(page, isWide), { message: 'the plot to be as wide as the window' })
      const dark = await draw()
      await page.emulateMedia({ colorScheme: 'light' })
      await waitFor(async () => (await draw()) !== dark, { message: 'the plot to follow the appearance' })
      const light = await draw()
      await page.getByRole('button', { name: 'Light or dark appearance' }).click()
      await waitFor(async () => (await draw()) !== light, { message: 'the plot to follow the chosen appearance' })
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('say that nobody was there, that a period is none, and that something has failed', async () => {
      const { page, context, complaints } = await enterAs('editor')

      await page.goto('/app/reports?from=2020-01-01&to=2020-01-07')
      await page.getByText('Nobody has joined a course in this period').waitFor()
      await expectGoodLook(page, 'reports-empty')
      await page.getByLabel('From', { exact: true }).fill('2020-02-01')
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByText('The first day comes before the last one').waitFor()
      await expectGoodLook(page, 'reports-no-period')
      await page.goto('/app/reports/courses/unknown')
      await page.getByRole('heading', { name: 'Nothing is known of this' }).waitFor()
      await context.route('**/api/insights/**', (route) => route.fulfill({ status: 503, body: '{}' }))
      await page.goto('/app/reports')
      await page.getByRole('heading', { name: 'This page cannot be shown right now' }).waitFor()
      await expectGoodLook(page, 'reports-failed')
      await context.unroute('**/api/insights/**')
      await page.getByRole('button', { name: 'Try again' }).click()

      await page.getByRole('link', { name: '28 days' }).waitFor()
      expect(complaints(404, 422, 503)).toEqual([])
      await context.close()
    })

    it('are neither shown to learners nor loaded by them', async () => {
      const { page, context, complaints } = await enter(getProduct().stage)

      await page.getByRole('button', { name: 'Your account' }).click()
      await page.getByRole('link', { name: 'Account' }).waitFor()
      for (const name of ['Reports', 'Audit log']) expect(await page.getByRole('link', { name }).count()).toBe(0)
      for (const path of [
        'reports',
        `reports/courses/${courseId}`,
        'reports/distributions/any',
        'audit',
        'audit/stories/any',
      ]) {
        await page.goto(`/app/${path}`)
        await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
        await page.getByRole('button', { name: 'Your account' }).waitFor()
      }

      const loaded = String(
        await evaluate(page, 'performance.getEntriesByType("resource").map(({ name }) => name).join()'),
      )
      expect(loaded).not.toMatch(/plot|funnel|records|\/api\/(insights|admin)/)
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('let an admin find what happened, read its story and download the log', async () => {
      const { page, context, token, complaints } = await enterAs('admin')
      const { correlationId } = await enrolSomebody(token)

      await page.getByRole('button', { name: 'Your account' }).click()
      await page.getByRole('link', { name: 'Audit log' }).click()
      await page.getByRole('button', { name: 'Search' }).waitFor()
      await page.getByLabel('Names the id').fill(courseId)
      await page.getByLabel('Type of event').fill('enrollment.completed')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.waitForURL(/type=enrollment\.completed/)
      await page.getByRole('heading', { name: 'enrollment.completed' }).first().waitFor()
      await page.locator('summary').first().click()
      await expectGoodLook(page, 'audit')
      await page.getByRole('link', { name: 'Story' }).first().click()
      await page.waitForURL(/stories/)
      const { web } = getProduct().stage.stack.urls
      const readStory = () =>
        callApi<{ items: { type: string }[] }>(`${web}/api/admin/records/stories/${correlationId}`, { token })
      // News about mails is sent and stored in batches.
      await waitFor(async () => (await readStory()).items.some(({ type }) => type === 'email.sent'), {
        timeoutMs: 30_000,
      })
      await page.goto(`/app/audit/stories/${correlationId}`)
      await page.getByText('the request itself').first().waitFor()
      await page.getByRole('heading', { name: 'email.sent' }).waitFor()
      await expectGoodLook(page, 'audit-story')

      await page.goto('/app/audit?entity=nothing-like-this')
      await page.getByRole('heading', { name: 'No record matches' }).waitFor()
      await page.goto('/app/audit')
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Download as NDJSON' }).click()
      const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
      expect(lines.map((line) => JSON.parse(line).correlationId)).toContain(correlationId)
      expect(complaints()).toEqual([])
      await context.close()
    })
  })
}
