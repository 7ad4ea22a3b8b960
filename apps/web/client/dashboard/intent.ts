import { alone } from '../session.ts'
import { tab } from '../storage.ts'
import { enrollment } from './api.ts'
import { notify } from './notices.tsx'
import { explain, isPassing } from './problems.ts'

const KEY = 'pendingEnrollmentCourseId'

/** The course that somebody wanted before being signed in. It belongs to this tab, and comes back with the link of the mail in any other. */
export const intent = {
  get: (): string | null => tab.get(KEY),
  keep: (courseId: string): void => tab.set(KEY, courseId),
  drop: (): void => tab.set(KEY, null),
}

/** Enrols in what was wanted. It is forgotten after any answer, and kept for the next time when there was none. */
export async function enrolInIntent(): Promise<void> {
  if (intent.get() === null) return
  await alone('coursewire.enrol', async () => {
    const courseId = intent.get()
    if (courseId === null) return
    try {
      await enrollment.POST('/api/enrollments', { body: { courseId, source: 'auto' } })
      notify((words) => words.enrolled)
      intent.drop()
    } catch (error) {
      if (isPassing(error)) return notify((words) => `${words.enrolLater} ${explain(error, words)}`, { isBad: true })
      notify((words) => `${words.enrolRefused} ${explain(error, words)}`, { isBad: true })
      intent.drop()
    }
  })
}
