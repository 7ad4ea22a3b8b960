import { waitFor } from '@coursewire/servers'
import { callApi, type Editor, firstCourse } from '@coursewire/setup'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createLearner, signIn as signInElsewhere } from '../../src/journey.ts'
import { publishCourse } from './publishing.ts'
import { expectGoodLook, type Stage, signIn } from './stage.ts'

/** As many as must have two courses before that is told. */
const ENOUGH = 5

/** Defines the test of the courses that are recommended because others have chosen them. */
export function describeRecommending(getProduct: () => { stage: Stage; editor: Editor }): void {
  /** A learner who has enrolled over HTTP. */
  async function enrolled(...courseIds: string[]) {
    const { stack } = getProduct().stage
    const learner = await createLearner(stack)
    const { token } = await signInElsewhere(stack, learner)
    for (const courseId of courseIds) {
      // enrollment-api hears of a course a moment after it was published.
      const enroll = () => callApi(`${stack.urls.enrollmentApi}/api/enrollments`, { token, body: { courseId } })
      await waitFor(enroll, { timeoutMs: 30_000 })
    }
    return learner
  }

  async function countPair(...courseIds: [string, string]): Promise<number> {
    const client = new pg.Client({ connectionString: getProduct().stage.stack.databases.insights.databaseUrl })
    await client.connect()
    const { rows } = await client.query<{ learners: number }>(
      'SELECT learners FROM course_pairs WHERE ARRAY[course_id, other_course_id] <@ $1::text[]',
      [courseIds],
    )
    await client.end()
    return rows[0]?.learners ?? 0
  }

  describe('a recommended course', () => {
    it('is on the page and in the place of learners without it, until it is deleted', async () => {
      const { stage, editor } = getProduct()
      const ferns = await publishCourse(stage, editor, 'Farne am Fenster')
      const bark = await publishCourse(stage, editor, 'Rinde und Rost')
      for (let count = 0; count < ENOUGH; count += 1) await enrolled(ferns.courseId, bark.courseId)
      await enrolled(firstCourse.course_id)
      const learner = await enrolled(ferns.courseId)
      await waitFor(async () => (await countPair(ferns.courseId, bark.courseId)) === ENOUGH, { timeoutMs: 30_000 })
      await using visit = await stage.visit()
      const { page } = visit

      await page.goto(ferns.path)
      const section = page.getByRole('region', { name: 'Wer diesen Kurs belegt, hat auch gewählt' })
      await expectGoodLook(page, 'course-recommending')
      expect(await section.getByRole('link').getAttribute('href')).toBe(bark.path)
      await page.goto('/app')
      await signIn(page, learner)
      const own = page.getByRole('region', { name: 'Learners of your courses also chose' })
      await own.getByRole('link', { name: 'Rinde und Rost' }).waitFor()
      await expectGoodLook(page, 'home-recommending')
      expect(await page.locator('.choice').getByRole('link', { name: 'Farne am Fenster' }).count()).toBe(0)

      await bark.remove()
      await waitFor(async () => !(await (await fetch(stage.web + ferns.path)).text()).includes(bark.path), {
        timeoutMs: 30_000,
      })
      const readAnswers = async () => {
        const answers = await Promise.all(
          ['', `/courses?courseId=${ferns.courseId}`].map((path) => fetch(`${stage.web}/api/recommendations${path}`)),
        )
        return (await Promise.all(answers.map((answer) => answer.text()))).join()
      }
      // The page hears of it by itself, and insights takes events in batches.
      await waitFor(async () => !(await readAnswers()).includes(bark.courseId), { timeoutMs: 30_000 })
      expect(await readAnswers()).toContain(ferns.courseId)
      expect(visit.complaints()).toEqual([])
    }, 180_000)
  })
}
