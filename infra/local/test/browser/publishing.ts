import { randomBytes } from 'node:crypto'
import { publishRecords } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import { buildGeneration, type Editor, firstCourse } from '@coursewire/setup'
import type { Stage } from './stage.ts'

/** Publishes a course of its own for a test. */
export async function publishCourse({ stack }: Stage, editor: Editor, title: string) {
  const entries = `${stack.urls.distributionService}/api/distributions`
  const course = { ...firstCourse, course_id: `course-${randomBytes(4).toString('hex')}`, title }
  await publishRecords(stack.kafkaClient, [buildGeneration(course)])
  const find = async () => {
    const { items } = await editor.call<{ items: { id: string; slug: string }[] }>(
      `${entries}?courseId=${course.course_id}`,
    )
    return items[0]
  }
  const { id, slug } = await waitFor(find, { timeoutMs: 30_000 })
  await editor.call(`${entries}/${id}/publish`, { body: {} })
  return {
    courseId: course.course_id,
    path: `/courses/${slug}`,
    remove: () => editor.call(`${entries}/${id}`, { method: 'DELETE', ifMatch: '*' }),
  }
}
