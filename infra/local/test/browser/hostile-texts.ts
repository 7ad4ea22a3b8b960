import { publishRecords } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import { buildGeneration, type Editor, firstCourse } from '@coursewire/setup'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createLearner } from '../../src/journey.ts'
import { type Stage, signIn } from './stage.ts'

const script = '<script>alert(1)</script>'
const image = '<img src=x onerror=alert(1)>'
const course = {
  ...firstCourse,
  course_id: 'hostile-texts',
  language: 'en',
  title: `</title></script>${script}"'\``,
  description: `${image}\n\n<!-- ]]> ${script} <svg/onload=alert(1)> {{constructor}} javascript:alert(1)`,
  target_audiences: [`"${image}`, `' autofocus onfocus='alert(1)`],
}
const content = {
  seo: { metaTitle: `</title>${script}`, metaDescription: `" onload="alert(1)">${image}`, metaKeywords: [script] },
  cta: { label: `</a>${script}` },
}
/** Addresses that nobody has given out. */
const addresses = [
  `/courses/${encodeURIComponent(script)}`,
  `/courses/${encodeURIComponent(`" onload="alert(1)`)}`,
  '/courses/..%2f..%2fapp',
  '/courses/%00%e2%80%ae',
  `/en/courses?q=${encodeURIComponent(`"${image}`)}&targetGroup=${encodeURIComponent(`'${script}`)}`,
  `/app/${encodeURIComponent(script)}?next=javascript:alert(1)`,
  `/app/verify-email#token=${encodeURIComponent(image)}`,
]

/** Tries what a script that came in would do, and tells what went through. */
const attempts = `(() => {
  const through = []
  const attempt = (name, act) => { try { act(); through.push(name) } catch {} }
  attempt('markup', () => document.body.insertAdjacentHTML('beforeend', '<b>here</b>'))
  attempt('script text', () => { document.createElement('script').textContent = 'alert(1)' })
  attempt('script address', () => { document.createElement('script').src = 'data:text/javascript,alert(1)' })
  return through
})()`

/** Defines the tests of what somebody may write into a course, an account or an address to attack its readers. */
export function describeHostileTexts(getProduct: () => { stage: Stage; editor: Editor }): void {
  /** Publishes the course, and returns its slug. */
  async function publishCourse(): Promise<string> {
    const { stage, editor } = getProduct()
    const { distributionService } = stage.stack.urls
    await publishRecords(stage.stack.kafkaClient, [buildGeneration(course)])
    const { id, slug } = await waitFor(async () => {
      const url = `${distributionService}/api/distributions?courseId=${course.course_id}`
      return (await editor.call<{ items: { id: string; slug: string }[] }>(url)).items[0]
    })
    const url = `${distributionService}/api/distributions/${id}`
    await editor.call(url, { method: 'PATCH', body: content, ifMatch: '*' })
    await editor.call(`${url}/publish`, { body: {} })
    return slug
  }

  /** A browser in which any dialog, and so any script that came in, is noticed. */
  async function visitWatchfully() {
    const visit = await getProduct().stage.visit()
    const dialogs: string[] = []
    visit.context.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    return { ...visit, dialogs }
  }

  const headingOf = (page: Page) => page.getByRole('heading', { level: 1 })

  describe('hostile texts', () => {
    it('in a course and a name are shown as they were written, on every page', async () => {
      const { stage } = getProduct()
      const learner = await createLearner(stage.stack, { name: `Ada ${image}"` })
      const slug = await publishCourse()
      const { page, context, complaints, dialogs } = await visitWatchfully()

      await page.goto(`/courses/${slug}`)
      expect(await headingOf(page).textContent()).toBe(course.title)
      expect(await page.title()).toContain(content.seo.metaTitle)
      await page.getByText('javascript:alert(1)').waitFor()

      await page.goto(`/en/courses?targetGroup=${encodeURIComponent(course.target_audiences[0] ?? '')}`)
      await page.getByRole('link', { name: course.title }).click()
      await page.getByRole('link', { name: content.cta.label }).first().click()
      await page.getByRole('link', { name: 'Sign in' }).click()
      await signIn(page, learner)
      await page.getByText('You are enrolled.').waitFor()
      await page.goto(`/app/courses/${course.course_id}`)
      await page.getByRole('heading', { name: course.title }).waitFor()
      await page.goto('/app/account')
      await page.getByLabel('Name').waitFor()
      expect(await page.getByLabel('Name').inputValue()).toBe(learner.name)

      expect(dialogs).toEqual([])
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('in an address do nothing', async () => {
      const { page, context, complaints, dialogs } = await visitWatchfully()
      for (const address of addresses) {
        await page.goto(address)
        await headingOf(page).waitFor()
      }
      expect(dialogs).toEqual([])
      expect(complaints(404, 400)).toEqual([])
      await context.close()
    })

    it('that came in all the same could add no markup and run no script', async () => {
      const { page, context, dialogs } = await visitWatchfully()
      for (const address of ['/en/courses', '/app/sign-in', '/courses/missing']) {
        await page.goto(address)
        await headingOf(page).waitFor()
        expect({ address, through: await page.evaluate(attempts) }).toEqual({ address, through: [] })
      }
      expect(dialogs).toEqual([])
      await context.close()
    })
  })
}
