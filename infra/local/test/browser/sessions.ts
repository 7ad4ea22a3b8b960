import { firstCourse } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { createLearner } from '../../src/journey.ts'
import { atHome, countCalls, enter, expectGoodLook, type Stage, signIn } from './stage.ts'

/** Defines the tests of how long people stay signed in, and where. */
export function describeSessions(getStage: () => Stage): void {
  describe('a session', () => {
    it('is refreshed once when eight tabs open at the same time', async () => {
      const { page, context, complaints } = await enter(getStage())
      await page.goto('about:blank')
      const countRefreshes = countCalls(context, '/auth/refresh')

      const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
      await Promise.all(tabs.map((tab) => tab.goto('/app')))
      await Promise.all(tabs.map(atHome))

      expect(countRefreshes()).toBe(1)
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('ends in all tabs when somebody signs out in one', async () => {
      const { page, context, complaints } = await enter(getStage())
      const other = await context.newPage()
      await other.goto('/app')
      await atHome(other)

      await other.getByRole('button', { name: 'Your account' }).click()
      await other.getByRole('button', { name: 'Sign out' }).click()

      for (const each of [page, other]) await each.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('that ends in the middle of a click leads to the sign-in and back', async () => {
      const { page, context, learner } = await enter(getStage())
      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('button', { name: 'Enroll' }).click()
      await page.getByRole('button', { name: 'Lesson 1 is done' }).waitFor()
      const place = page.url()

      await context.clearCookies()
      await page.clock.setSystemTime(Date.now() + 3_600_000)
      await page.getByRole('button', { name: 'Lesson 1 is done' }).click()
      await page.getByText('You were signed out.').waitFor()
      await signIn(page, learner)

      await page.getByRole('button', { name: 'Lesson 1 is done' }).waitFor()
      expect(page.url()).toBe(place)
      await context.close()
    })

    it('never leads to another site after the sign-in', async () => {
      const stage = getStage()
      const learner = await createLearner(stage.stack)
      for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
        await using visit = await stage.visit()
        await visit.page.goto(`/app/sign-in?next=${encodeURIComponent(next)}`)
        await signIn(visit.page, learner)
        await atHome(visit.page)
        expect(new URL(visit.page.url()).origin).toBe(stage.web)
      }
    })

    it('works where the browser stores nothing', async () => {
      const stage = getStage()
      const learner = await createLearner(stage.stack)
      await using visit = await stage.visit()
      await visit.context.addInitScript(`
        for (const name of ['localStorage', 'sessionStorage'])
          Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } })`)
      const { page } = visit

      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('link', { name: 'Sign in' }).click()
      await signIn(page, learner)

      await page.getByText('You are enrolled.').waitFor()
      expect(visit.complaints()).toEqual([])
    })

    it('that is offline says so, and goes on when the connection is back', async () => {
      const { page, context, complaints } = await enter(getStage())

      await context.setOffline(true)
      await page.getByText('You are offline. What you see').waitFor()
      await expectGoodLook(page, 'offline')
      await page.getByRole('button', { name: 'Your account' }).click()
      await page.getByRole('link', { name: 'Account' }).click()
      await page.getByRole('button', { name: 'Try again' }).waitFor()
      await context.setOffline(false)

      await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor()
      expect(complaints().filter((text) => !/ERR_INTERNET_DISCONNECTED|There is no connection/.test(text))).toEqual([])
      await context.close()
    })
  })
}
