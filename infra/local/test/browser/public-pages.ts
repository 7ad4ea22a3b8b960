import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor } from '@coursewire/servers'
import { callApi, type Editor, firstCourse } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { createLearner, signIn as signInElsewhere } from '../../src/journey.ts'
import { publishCourse } from './publishing.ts'
import { atHome, enter, evaluate, expectGoodLook, leave, type Stage, signIn } from './stage.ts'

const courseId = firstCourse.course_id

/** A way to the pages on which the rest of each comes a second after the beginning of its header. */
async function openSlowLine(web: string) {
  async function passOn({ url = '' }: IncomingMessage, reply: ServerResponse) {
    const answer = await fetch(web + url)
    const body = Buffer.from(await answer.arrayBuffer())
    const type = answer.headers.get('content-type') ?? ''
    const begun = type.startsWith('text/html') ? body.indexOf('</nav>') : 0
    reply.writeHead(answer.status, { 'content-type': type }).write(body.subarray(0, begun))
    setTimeout(() => reply.end(body.subarray(begun)), begun > 0 ? 1_000 : 0)
  }
  const server = createServer((request, reply) => void passOn(request, reply))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** Tries until the browser has kept in memory the page that was left. It does so when it can, and on a busy machine not always. */
async function untilKept(attempt: () => Promise<unknown>): Promise<void> {
  for (let left = 5; left > 0; left--) if (await attempt()) return
  throw new Error('The browser has never kept the page')
}

/** Defines the tests of the pages that everybody can read. */
export function describePublicPages(getProduct: () => { stage: Stage; slug: string; editor: Editor }): void {
  describe('the public pages', () => {
    it('without JavaScript the courses can be read, and the button leads on', async () => {
      const { stage, slug } = getProduct()
      await using visit = await stage.visit({ javaScriptEnabled: false })
      const { page } = visit

      await page.goto('/de/courses')
      await page.getByRole('link', { name: firstCourse.title }).first().click()
      await page.getByRole('heading', { name: firstCourse.title }).waitFor()

      expect(new URL(page.url()).pathname).toBe(`/courses/${slug}`)
      expect(await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().getAttribute('href')).toContain(
        `/app/enroll/${courseId}`,
      )
      expect(visit.complaints()).toEqual([])
    })

    it('without JavaScript mails can be unsubscribed from', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit({ javaScriptEnabled: false })
      const { page } = visit

      await page.goto('/unsubscribe/not-of-any-mail')
      await page.getByRole('button', { name: 'Unsubscribe' }).click()
      await page.getByRole('heading', { name: 'This link is not complete' }).waitFor()

      expect(visit.complaints(410)).toEqual([])
    })

    it('the public pages are accessible to everybody', async () => {
      const { stage, slug } = getProduct()
      await using visit = await stage.visit()
      const { page } = visit

      for (const [name, path] of [
        ['list', '/de/courses'],
        ['list-searched', '/en/courses?q=nothing+like+this'],
        ['public-course', `/courses/${slug}`],
        ['unsubscribe', '/unsubscribe/not-of-any-mail'],
        ['not-found', '/courses/nowhere'],
      ] as const) {
        await page.goto(path)
        await expectGoodLook(page, name)
      }

      expect(visit.complaints(404)).toEqual([])
    })

    it('a page that arrives in parts is painted at once, and nothing in it moves', async () => {
      const { stage } = getProduct()
      await using visit = await stage.visit()
      const { page } = visit
      await using slow = await openSlowLine(stage.web)
      await page.addInitScript(`
        window.shifts = []
        new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
          .observe({ type: 'layout-shift', buffered: true })`)

      await page.goto(`${slow.url}/de/courses`)
      await page.waitForFunction(`performance.getEntriesByName('first-paint').length > 0`)

      const [painted, arrived, shifts] = await page.evaluate<[number, number, number[]]>(`[
        performance.getEntriesByName('first-paint')[0].startTime,
        performance.getEntriesByType('navigation')[0].responseEnd,
        shifts,
      ]`)
      expect(painted).toBeGreaterThan(arrived)
      expect(shifts).toEqual([])
    })

    it('a page that comes back from memory knows what has changed meanwhile', async () => {
      const { stage, slug } = getProduct()
      const { stack } = stage
      await untilKept(async () => {
        await using visit = await enter(stage)
        const { page, context, learner } = visit
        await page.goto(`/courses/${slug}`)
        await page.getByRole('link', { name: 'Meine Kurse' }).waitFor()
        await page.evaluate('window.wasKept = true')
        // Playwright loses sight of a page that comes back from memory. The debugger does not.
        const read = (expression: string) => evaluate(page, expression)
        const button = `document.querySelector('a[data-cta]').textContent`

        await page.goto(stack.urls.aws)
        const { token } = await signInElsewhere(stack, learner)
        await callApi(`${stack.urls.enrollmentApi}/api/enrollments`, { token, body: { courseId } })
        await leave(page, 'history.back()')
        await expect.poll(() => read(button), { timeout: 20_000 }).toBe('Weiterlernen')
        const wasKept = await read('window.wasKept')

        const other = await context.newPage()
        await other.goto('/app')
        await leave(page, `location.assign('${stack.urls.aws}')`)
        await expect.poll(() => read('location.origin'), { timeout: 20_000 }).toBe(stack.urls.aws)
        await other.getByRole('button', { name: 'Your account' }).click()
        await other.getByRole('button', { name: 'Sign out' }).click()
        await other.getByRole('heading', { name: 'Sign in' }).waitFor()
        await leave(page, 'history.back()')
        await expect
          .poll(() => read(`${button} + document.documentElement.dataset.in`), { timeout: 20_000 })
          .toBe('Jetzt einschreibenundefined')
        expect(visit.complaints()).toEqual([])
        return wasKept
      })
    })

    it('a page that was opened before the sign-in enrols after it', async () => {
      const { stage, slug } = getProduct()
      const learner = await createLearner(stage.stack)
      await using visit = await stage.visit()
      const { page, context } = visit
      await page.goto(`/courses/${slug}`)
      await page.getByRole('link', { name: 'Anmelden' }).waitFor()
      const loaded = String(
        await page.evaluate('performance.getEntriesByType("resource").map(({ name }) => name).join()'),
      )
      expect(loaded).toMatch(/storefront/)
      expect(loaded).not.toMatch(/enrolling|session/)

      const other = await context.newPage()
      await other.goto('/app/sign-in')
      await signIn(other, learner)
      await page.getByRole('link', { name: 'Meine Kurse' }).waitFor()
      await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().click()
      await page.getByRole('link', { name: 'Weiterlernen' }).first().waitFor()

      expect(visit.complaints()).toEqual([])
    })

    it('a page that comes back from memory after the sign-in knows the learner', async () => {
      const { stage, slug } = getProduct()
      const learner = await createLearner(stage.stack)
      await untilKept(async () => {
        await using visit = await stage.visit()
        const { page, context } = visit
        await page.goto(`/courses/${slug}`)
        await page.getByRole('link', { name: 'Anmelden' }).waitFor()
        await page.evaluate('window.wasKept = true')

        await page.goto(stage.stack.urls.aws)
        const other = await context.newPage()
        await other.goto('/app/sign-in')
        await signIn(other, learner)
        await atHome(other)
        await leave(page, 'history.back()')

        // Playwright loses sight of a page that comes back from memory. The debugger does not.
        await expect.poll(() => evaluate(page, 'document.documentElement.dataset.in'), { timeout: 20_000 }).toBe('')
        expect(visit.complaints()).toEqual([])
        return evaluate(page, 'window.wasKept')
      })
    })

    it('a page that cannot load what enrols leads to where one is enrolled', async () => {
      const { stage, slug } = getProduct()
      await using visit = await enter(stage)
      const { page } = visit
      await page.route(/\/assets\/enrolling-/, (route) => route.abort())

      await page.goto(`/courses/${slug}`)
      await page.getByRole('link', { name: 'Jetzt einschreiben' }).first().click()

      await page.waitForURL(`**/app/courses/${courseId}`)
      await page.getByText('You are enrolled.').waitFor()
      expect(visit.complaints().filter((text) => !text.includes('ERR_FAILED'))).toEqual([])
    })

    it('a course that is gone says so, to its learners as well', async () => {
      const { stage, editor } = getProduct()
      const course = await publishCourse(stage, editor, 'Moos')
      await using visit = await enter(stage)
      const { page } = visit
      await page.goto(`/app/enroll/${course.courseId}`)
      await page.getByRole('button', { name: 'Enroll' }).click()
      await page.getByText('You are enrolled.').waitFor()
      await page.getByText('Moos').first().waitFor()

      await course.remove()
      await waitFor(async () => (await fetch(`${stage.web}${course.path}`)).status === 410, { timeoutMs: 30_000 })
      await page.goto(course.path)
      await page.getByRole('heading', { name: 'This course is no longer offered' }).waitFor()
      await expectGoodLook(page, 'gone')
      await page.goto(`/app/courses/${course.courseId}`)
      await page.getByRole('heading', { name: 'Course without a public page' }).waitFor()
      await page.getByText('It is not in the catalogue any more').waitFor()
      await expectGoodLook(page, 'course-gone')

      expect(visit.complaints(410)).toEqual([])
    })

    it('a page that cannot be shown now says so, and can be shown later', async () => {
      const { stage } = getProduct()
      const catalogue = stage.stack.apps['distribution-service']
      await using visit = await stage.visit()
      const { page } = visit
      const path = '/en/courses?q=never+asked+before'
      await catalogue.stop()
      try {
        await page.goto(path)
        await page.getByRole('heading', { name: 'Not possible right now' }).waitFor()
        await expectGoodLook(page, 'unavailable')
      } finally {
        await catalogue.restart()
      }

      await waitFor(async () => (await fetch(`${stage.web}${path}`)).ok, { timeoutMs: 30_000 })
      await page.reload()
      await page.getByRole('search').waitFor()
      expect(visit.complaints(503)).toEqual([])
    })
  })
}
