import { randomBytes } from 'node:crypto'
import { publishRecords } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import { buildGeneration, type Editor, firstCourse } from '@coursewire/setup'
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectGoodLook, type Stage } from './stage.ts'

const arms = [
  { label: 'Jetzt einschreiben', ctaType: 'primary_button' },
  { label: 'Gleich heute anfangen', ctaType: 'eager_button' },
]
const usual = { label: 'Einschreiben', type: 'usual_button' }

/** Defines the tests of pages that try out calls to action. */
export function describeExperiments(getProduct: () => { stage: Stage; editor: Editor }): void {
  let course: { id: string; path: string; api: string }

  /** Lets the page try out the arms until a moment, and waits until it does. */
  async function tryOut(endsAt: string): Promise<void> {
    const { stage, editor } = getProduct()
    const body = { cta: usual, experiment: { arms, split: [50, 50], endsAt } }
    await editor.call(course.api, { method: 'PATCH', ifMatch: '*', body })
    await waitFor(async () => (await (await fetch(stage.web + course.path)).text()).includes(endsAt), {
      timeoutMs: 30_000,
    })
  }

  /** The calls to action of the course that somebody sees. */
  const readShown = (page: Page) =>
    page
      .locator('main a[data-cta]')
      .filter({ visible: true })
      .evaluateAll((links) => links.map((link) => link.dataset.cta))

  /** The views and clicks that a browser counts from now on. */
  function watchCounts(context: BrowserContext): string[] {
    const counts: string[] = []
    context.on('request', (request) => {
      const [, kind] = /\/(views|enrollment-clicks)$/.exec(new URL(request.url()).pathname) ?? []
      if (kind) counts.push(`${kind} ${request.postDataJSON().ctaType}`)
    })
    return counts
  }

  describe('calls to action that are tried out', () => {
    beforeAll(async () => {
      const { stage, editor } = getProduct()
      const entries = `${stage.stack.urls.distributionService}/api/distributions`
      const generated = { ...firstCourse, course_id: `bread-${randomBytes(4).toString('hex')}`, title: 'Brot' }
      await publishRecords(stage.stack.kafkaClient, [buildGeneration(generated)])
      const find = async () => {
        const query = `courseId=${generated.course_id}`
        return (await editor.call<{ items: { id: string; slug: string }[] }>(`${entries}?${query}`)).items[0]
      }
      const { id, slug } = await waitFor(find, { timeoutMs: 30_000 })
      await editor.call(`${entries}/${id}/publish`, { body: {} })
      course = { id, path: `/courses/${slug}`, api: `${entries}/${id}` }
      await tryOut('2999-01-01T00:00:00.000Z')
    }, 120_000)

    it('a tab keeps its arm, and counts a view and a click of it', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit()
      const { page, context } = visit
      const counts = watchCounts(context)
      const sent: string[] = []
      context.on('request', (request) =>
        sent.push(`${request.url()} ${request.postData()} ${JSON.stringify(request.headers())}`),
      )

      await page.goto(course.path)
      const [arm = '', ...others] = await readShown(page)
      expect(arms.map(({ ctaType }) => ctaType)).toContain(arm)
      expect(others).toEqual([])
      await expectGoodLook(page, 'experiment')
      for (let time = 1; time <= 2; time += 1) {
        await page.locator(`main a[data-cta=${arm}]`).filter({ visible: true }).click()
        await page.waitForURL(/\/app\/.*/)
        await page.goto(course.path)
        expect(await readShown(page)).toEqual([arm])
      }

      expect(counts).toEqual([`views ${arm}`, `enrollment-clicks ${arm}`])
      const number = await page.evaluate<string>('sessionStorage.getItem("coursewire.number")')
      expect(number).toMatch(/^\d+$/)
      expect(sent.filter((one) => one.includes(number))).toEqual([])
      expect(visit.complaints(401)).toEqual([])
    })

    it('many tabs are split, and none sees another arm before its own or anything that moves', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit()
      const { context } = visit
      await context.addInitScript(`
        window.seen = new Set()
        const look = () => {
          for (const link of document.querySelectorAll('main a[data-cta]')) if (link.checkVisibility()) seen.add(link.dataset.cta)
          requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
        window.shifts = 0
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shifts += value })
          .observe({ type: 'layout-shift', buffered: true })`)
      const found: string[] = []

      for (let tab = 0; tab < 40; tab += 1) {
        const page = await context.newPage()
        await page.goto(course.path)
        await page.waitForFunction('seen.size > 0')
        const { seen, shifts } = await page.evaluate<{ seen: string[]; shifts: number }>(
          '({ seen: [...seen], shifts })',
        )
        expect([seen.length, shifts]).toEqual([1, 0])
        found.push(...seen)
        await page.close()
      }

      // With this split fewer than eight of forty are one in twenty thousand.
      for (const { ctaType } of arms) expect(found.filter((one) => one === ctaType).length).toBeGreaterThan(7)
    })

    it('a list shows the arm of the tab, and a browser that stores nothing shows one arm', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit()
      const { page, context } = visit
      await page.goto(course.path)
      const [arm] = await readShown(page)
      await page.goto('/de/courses?q=Brot')
      const row = page.locator('.row', { has: page.locator(`a[href="${course.path}"]`) })
      const shown = row.locator('a[data-cta]').filter({ visible: true })
      expect(await shown.count()).toBe(1)
      expect(await shown.getAttribute('data-cta')).toBe(arm)

      const counts = watchCounts(context)
      const stranger = await context.newPage()
      await stranger.addInitScript(`for (const name of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(window, name, { get() { throw new DOMException('Denied', 'SecurityError') } })
      }`)
      await stranger.goto(course.path)
      const [first, ...others] = await readShown(stranger)

      expect(others).toEqual([])
      await expect.poll(() => counts).toEqual([`views ${first}`])
      // The page has two places for it, of which a phone shows the other one.
      for (let time = 1; time <= 8; time += 1) {
        const places = await stranger
          .locator('coursewire-arms')
          .evaluateAll((all) => all.map((one) => one.dataset.shown))
        expect(places).toEqual([places[0], places[0]])
        await stranger.reload()
      }
      expect(visit.complaints()).toEqual([])
    })

    it('without JavaScript the first arm is shown, and no other is read aloud', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit({ javaScriptEnabled: false })
      const { page } = visit

      await page.goto(course.path)

      const named = (name: string) => page.getByRole('main').getByRole('link', { name, exact: true }).count()
      expect(await Promise.all([arms[0]?.label, arms[1]?.label, usual.label].map((name) => named(name ?? '')))).toEqual(
        [1, 0, 0],
      )
    })

    it('editors read its report', async () => {
      const { stage, editor } = getProduct()
      const path = `${stage.web}/api/insights/distributions/${course.id}/experiment`

      const report = await waitFor(() => editor.call<{ verdict: string; arms: { label: string }[] }>(path), {
        timeoutMs: 30_000,
      })

      expect(report).toMatchObject({ verdict: 'running', hasEnded: false, arms: [{ share: 0.5 }, { share: 0.5 }] })
    })

    it('after its end the page shows the usual call to action again', async () => {
      const { stage } = getProduct()
      await tryOut('2020-01-01T00:00:00.000Z')
      await using visit = await stage.visit()
      const { page, context } = visit
      const counts = watchCounts(context)

      await page.goto(course.path)

      expect(await readShown(page)).toEqual([usual.type])
      await expect.poll(() => counts).toEqual([`views ${usual.type}`])
    })
  })
}
