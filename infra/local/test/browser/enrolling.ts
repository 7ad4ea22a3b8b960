import { waitFor } from '@coursewire/servers'
import { firstCourse } from '@coursewire/setup'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createLearner, findMails, imagineLearner, type Learner, tokenOf } from '../../src/journey.ts'
import { enter, evaluate, expectGoodLook, leave, readTraces, type Stage, signIn } from './stage.ts'

const courseId = firstCourse.course_id
const intent = 'sessionStorage.getItem("pendingEnrollmentCourseId")'

/** Defines the tests of how people come into a course, as far as the welcome mail. */
export function describeEnrolling(getProduct: () => { stage: Stage; slug: string }): void {
  /** How somebody is enrolled, and how many times. */
  async function findEnrollments({ stage }: { stage: Stage }, { email }: Learner) {
    const client = new pg.Client({ connectionString: stage.stack.databases.enrollment.databaseUrl })
    await client.connect()
    try {
      const { rows } = await client.query<{ source: string; activation: number; distribution_id: string | null }>(
        `SELECT source, activation, distribution_id FROM enrollments
         WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
        [email],
      )
      return rows
    } finally {
      await client.end()
    }
  }

  async function expectWelcome({ stage }: { stage: Stage }, page: Page, learner: Learner) {
    const find = async () => (await findMails(stage.stack, learner)).filter((mail) => !tokenOf(mail))
    await waitFor(async () => (await find()).length > 0, { timeoutMs: 30_000 })
    const [mail, ...others] = await find()
    expect(others).toEqual([])
    await page.goto(`${stage.stack.urls.aws}/#${mail?.id}`)
    await page
      .getByText(mail?.subject ?? '')
      .first()
      .waitFor()
  }

  /** Goes from the course's page to the mail, as somebody without an account. */
  async function joinFrom(page: Page, slug: string, learner: Learner) {
    await page.goto(`/courses/${slug}`)
    await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().click()
    await page.getByRole('heading', { name: 'Create account' }).waitFor()
    await page.getByLabel('Name').fill(learner.name)
    await page.getByLabel('Email').fill(learner.email)
    await page.getByLabel('New password').fill(learner.password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('heading', { name: 'Check your inbox' }).waitFor()
  }

  async function useLink(page: Page, link: string) {
    await page.goto(link)
    await page.getByRole('button', { name: 'Confirm your address' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }

  describe('enrolling', () => {
    it('somebody who is signed in enrols by a double click, continues, and is welcomed by mail once', async () => {
      const product = getProduct()
      await using visit = await enter(product.stage)
      const { page, learner } = visit
      await expectGoodLook(page, 'no-courses')

      await page.goto(`/courses/${product.slug}`)
      await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().dblclick()
      // Until then another click is part of the double click.
      const over = await page.evaluate(() => performance.now() + 600)
      await page.waitForFunction((moment) => performance.now() > moment, over)
      await page.getByRole('link', { name: 'Weiterlernen' }).first().click()

      await page.waitForURL(`**/app/courses/${courseId}`)
      await page.getByRole('heading', { name: firstCourse.title }).waitFor()
      expect(await findEnrollments(product, learner)).toEqual([
        { source: 'manual', activation: 1, distribution_id: expect.stringMatching(/^dist_/) },
      ])
      expect(visit.complaints()).toEqual([])
      await expectWelcome(product, page, learner)
    })

    it('the page that the button leads to enrols as well, and the way back does not enrol again', async () => {
      const product = getProduct()
      await using visit = await enter(product.stage)
      const { page, learner } = visit
      await page.goto(`/courses/${product.slug}`)

      await page.evaluate(`location.assign('/app/enroll/${courseId}?distributionId=dist_1&ctaType=primary_button')`)
      await page.getByRole('heading', { name: firstCourse.title }).waitFor()
      // Playwright loses sight of a page that comes back from memory. The debugger does not.
      const read = (expression: string) => expect.poll(() => evaluate(page, expression), { timeout: 20_000 })
      await leave(page, 'history.back()')
      await read('location.pathname').toBe(`/courses/${product.slug}`)
      await leave(page, 'history.forward()')
      await read('document.body.textContent').toContain('Lesson 1 is done')
      expect(await findEnrollments(product, learner)).toEqual([
        { source: 'manual', activation: 1, distribution_id: 'dist_1' },
      ])
      expect(visit.complaints()).toEqual([])
    })

    it('a link from elsewhere enrols nobody who has not pressed the button', async () => {
      const product = getProduct()
      await using visit = await enter(product.stage)
      const { page, learner } = visit

      await page.goto(`/app/enroll/${courseId}`)
      await page.getByRole('heading', { name: 'Enroll in this course?' }).waitFor()
      expect(await findEnrollments(product, learner)).toEqual([])
      await expectGoodLook(page, 'enroll')
      await page.getByRole('button', { name: 'Enroll' }).click()

      await page.getByText('You are enrolled.').waitFor()
      expect(await findEnrollments(product, learner)).toHaveLength(1)
    })

    it('a stranger is enrolled once after the link is opened in the same tab', async () => {
      const product = getProduct()
      const learner = imagineLearner()
      await using visit = await product.stage.visit()
      const { page } = visit

      await joinFrom(page, product.slug, learner)
      await expectGoodLook(page, 'inbox')
      const link = await product.stage.linkTo(learner)
      await page.goto(link)
      await page.getByRole('button', { name: 'Confirm your address' }).waitFor()
      expect(page.url()).not.toContain('#')
      await expectGoodLook(page, 'verify')
      await page.getByRole('button', { name: 'Confirm your address' }).click()
      await page.getByLabel('Password').fill(learner.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('You are enrolled.').waitFor()
      await page.reload()
      await page.getByRole('heading', { name: 'Your courses' }).waitFor()

      expect(await findEnrollments(product, learner)).toEqual([
        { source: 'auto', activation: 1, distribution_id: null },
      ])
      expect(await page.evaluate(intent)).toBeNull()
      const traces = await readTraces(page)
      expect(traces).not.toMatch(/eyJ|token/)
      expect(traces).not.toContain(learner.email)
      await expectGoodLook(page, 'my-courses')
      expect(visit.complaints()).toEqual([])
      await expectWelcome(product, page, learner)
    })

    it('a stranger who opens the link on another device and in another tab is enrolled once, and the first tab follows', async () => {
      const product = getProduct()
      const learner = imagineLearner()
      await using visit = await product.stage.visit()
      await using elsewhere = await product.stage.visit()
      await joinFrom(visit.page, product.slug, learner)

      await useLink(elsewhere.page, await product.stage.linkTo(learner))
      await elsewhere.page.getByLabel('Password').fill(learner.password)
      await elsewhere.page.getByRole('button', { name: 'Sign in' }).click()
      await elsewhere.page.getByText('You are enrolled.').waitFor()
      const tab = await visit.context.newPage()
      await tab.goto('/app/sign-in')
      await signIn(tab, learner)
      await visit.page.getByRole('heading', { name: 'Your courses' }).waitFor()

      await waitFor(async () => (await visit.page.evaluate(intent)) === null, { timeoutMs: 10_000 })
      expect(await findEnrollments(product, learner)).toEqual([
        { source: 'auto', activation: 1, distribution_id: null },
      ])
      expect([...visit.complaints(), ...elsewhere.complaints()]).toEqual([])
    })

    it('somebody who goes to the sign-in before the page is there is enrolled all the same', async () => {
      const { stage } = getProduct()
      const learner = await createLearner(stage.stack)
      await using visit = await stage.visit()
      const { page } = visit
      // The page's code never arrives.
      await page.route(/\/assets\/enroll-/, () => undefined)

      await page.goto(`/app/enroll/${courseId}`)
      await page.getByRole('link', { name: 'Sign in' }).first().click()
      await signIn(page, learner)

      await page.getByText('You are enrolled.').waitFor()
      expect(await findEnrollments({ stage }, learner)).toMatchObject([{ source: 'auto' }])
    })

    it('somebody who has an account already takes the course along to the sign-in', async () => {
      const product = getProduct()
      const learner = await createLearner(product.stage.stack)
      await using visit = await product.stage.visit()
      const { page } = visit
      await page.goto(`/courses/${product.slug}`)
      await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().click()
      await page.getByRole('heading', { name: 'Create account' }).waitFor()
      await expectGoodLook(page, 'sign-up')
      await page.getByRole('link', { name: 'Sign in' }).click()
      await signIn(page, learner)

      await page.getByText('You are enrolled.').waitFor()
      expect(await findEnrollments(product, learner)).toMatchObject([{ source: 'auto' }])
    })

    it('what was wanted is kept while nobody answers, and dropped with a message when it is refused', async () => {
      const product = getProduct()
      await using visit = await enter(product.stage)
      const { page, context } = visit

      await page.evaluate(`sessionStorage.setItem('pendingEnrollmentCourseId', '${courseId}')`)
      await context.setOffline(true)
      await page.getByRole('link', { name: 'My courses' }).click()
      await page.getByText('You could not be enrolled yet.').waitFor()
      expect(await page.evaluate(intent)).toBe(courseId)
      await context.setOffline(false)
      await page.getByText('You are enrolled.').waitFor()
      expect(await page.evaluate(intent)).toBeNull()

      await page.evaluate(`sessionStorage.setItem('pendingEnrollmentCourseId', 'nowhere')`)
      await page.reload()
      await page.getByText('You could not be enrolled. This course is not open').waitFor()
      expect(await page.evaluate(intent)).toBeNull()
    })
  })
}
