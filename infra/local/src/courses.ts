import { randomUUID } from 'node:crypto'
import { courseGenerationCompleted, toKafkaRecord } from '@coursewire/events'
import { publishRecords } from '@coursewire/messaging'
import { now } from '@coursewire/service-kit'
import { waitFor } from '@coursewire/testing/servers'
import { callApi } from './http.ts'
import { type Stack, tenant } from './stack.ts'

export const firstCourse = {
  course_id: 'spec-driven-dev-mini',
  title: 'Spec-Driven Development: der kompakte Einstieg',
  description:
    'Vom ersten Satz der Spezifikation bis zum geprüften Ergebnis: in zwölf kurzen Lektionen lernst du, Software aus klaren Anforderungen zu entwickeln.',
  language: 'de',
  target_audiences: ['developers', 'product_owners'],
  total_lessons: 12,
}

/** Makes the editor who publishes, and returns how to sign in. */
async function createEditor(stack: Stack) {
  const email = 'editor@example.com'
  const password = stack.secrets.editorPassword
  await stack.runAccountsCli(
    ['create-user', '--tenant', tenant, '--email', email, '--name', 'Editor', '--role', 'editor'],
    password,
  )
  return { email, password }
}

/**
 * Brings the first course in as every course comes in: an event of CourseFactory, then an editor's publish call. Repeatable;
 * waits until it can be enrolled in.
 */
export async function bringInFirstCourse(stack: Stack): Promise<{ slug: string }> {
  const editor = await createEditor(stack)
  const { distributionService, enrollmentApi } = stack.urls
  const { token } = await callApi<{ token: string }>(`${enrollmentApi}/auth/signin`, { body: editor })
  const find = async () => {
    const url = `${distributionService}/api/distributions?courseId=${firstCourse.course_id}`
    const { items } = await callApi<{ items: { id: string; slug: string }[] }>(url, { token })
    return items[0]
  }
  if (!(await find())) await publishRecords(stack.kafkaClient, [buildGeneration()])
  const distribution = await waitFor(find, { message: 'the distribution of the first course' })
  await callApi(`${distributionService}/api/distributions/${distribution.id}/publish`, { token, body: {} })
  return distribution
}

function buildGeneration() {
  const at = now()
  const event = courseGenerationCompleted.build(
    { ...firstCourse, completed_at: at },
    { tenantId: tenant, correlationId: randomUUID(), causationId: null, streamMessageId: `${Date.now()}-0` },
    { id: randomUUID(), at },
  )
  return toKafkaRecord(courseGenerationCompleted, event)
}
