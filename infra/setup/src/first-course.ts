import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { courseGenerationCompleted, toKafkaRecord } from '@coursewire/events'
import { type Kafka, publishRecords } from '@coursewire/messaging'
import { tenant } from '@coursewire/product'
import { now } from '@coursewire/service-kit'
import { createEditor, createEditorAccount, type Editor } from './editor.ts'
import type { Prepared } from './prepare.ts'
import type { Secrets } from './secrets.ts'

export const firstCourse = {
  course_id: 'spec-driven-dev-mini',
  title: 'Spec-Driven Development: der kompakte Einstieg',
  description:
    'Vom ersten Satz der Spezifikation bis zum geprüften Ergebnis: in zwölf kurzen Lektionen lernst du, Software aus klaren Anforderungen zu entwickeln.',
  language: 'de',
  target_audiences: ['developers', 'product_owners'],
  total_lessons: 12,
  workload: 'PT6H',
}

const PATIENCE_MS = 30_000

/** The parts of the running product that are needed to bring in a course. */
interface Running {
  kafkaClient: Kafka
  urls: Record<'enrollmentApi' | 'distributionService', string>
  secrets: Pick<Secrets, 'editorPassword'>
}

/** The account with which people try the product on their own machine. */
export const testStudent = { email: 'test@example.com', password: 'Test123!' }

export async function createTestStudent({ runAccountsCli }: Pick<Prepared, 'runAccountsCli'>): Promise<void> {
  const { email, password } = testStudent
  await runAccountsCli(
    ['create-user', '--tenant', tenant, '--email', email, '--name', 'Test Student', '--role', 'student'],
    password,
  )
}

/** Creates the account of the editor, who brings in the first course. */
export async function bringInFirstCourse(
  running: Running & Pick<Prepared, 'runAccountsCli'> & { secrets: Secrets },
): Promise<{ slug: string; editor: Editor }> {
  await createEditorAccount(running, running.secrets)
  return publishFirstCourse(running)
}

/**
 * Brings in the first course the normal way: an event of CourseFactory, then a publish call of the editor, whose account must exist. You may
 * repeat it. Waits until the course is open for enrolment. Returns its slug and the editor.
 */
export async function publishFirstCourse(running: Running): Promise<{ slug: string; editor: Editor }> {
  const { distributionService, enrollmentApi } = running.urls
  const editor = createEditor(enrollmentApi, running.secrets)
  const find = async () => {
    const url = `${distributionService}/api/distributions?courseId=${firstCourse.course_id}`
    const { items } = await editor.call<{ items: { id: string; slug: string }[] }>(url)
    return items[0]
  }
  let distribution = await find()
  if (!distribution) await publishRecords(running.kafkaClient, [buildGeneration(firstCourse)])
  const deadline = performance.now() + PATIENCE_MS
  while (!distribution) {
    if (performance.now() > deadline)
      throw new Error('distribution-service made no entry for the first course in time; see its log')
    await sleep(50)
    distribution = await find()
  }
  await editor.call(`${distributionService}/api/distributions/${distribution.id}/publish`, { body: {} })
  return { slug: distribution.slug, editor }
}

/** Builds the event that CourseFactory sends when it has generated the course. */
export function buildGeneration(course: typeof firstCourse) {
  const at = now()
  const event = courseGenerationCompleted.build(
    { ...course, completed_at: at },
    { tenantId: tenant, correlationId: randomUUID(), causationId: null, streamMessageId: randomUUID() },
    { id: randomUUID(), at },
  )
  return toKafkaRecord(courseGenerationCompleted, event)
}
