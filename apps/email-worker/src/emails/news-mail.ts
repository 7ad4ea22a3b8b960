import { cutText, showLine } from '@coursewire/events'
import type { newsKinds } from '../db/schema.ts'
import { composeCourseMail, type Reader } from './course-mail.tsx'
import type { Course } from './directory.ts'
import type { Mail } from './mailer.ts'
import type { Tenant } from './tenant.ts'

const MAX_VERSION_LENGTH = 20
const MAX_CHANGELOG_LENGTH = 1_500

export interface News {
  recipient: Reader & { unsubscribeUrl: string }
  course: Pick<Course, 'slug' | 'title' | 'description' | 'language'>
  /** The new ones, for `change` alone. */
  versions: { version: string; changelog: string }[]
}

/**
 * Writes a mail with news of a course, which says why its reader gets it and how to get no more. `launch` and `notice` say that it was
 * published, `change` that it has new versions. See {@link composeCourseMail}.
 */
export function composeNewsMail(
  kind: (typeof newsKinds)[number],
  { recipient, course, versions }: News,
  options: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  return composeCourseMail(recipient, course, options, (words, name) => ({
    says: words[kind],
    greeting: words.greeting(name),
    texts:
      kind === 'change'
        ? versions.map(({ version, changelog }) => ({
            heading: words.newInVersion(cutText(showLine(version).replace(/^v/, ''), MAX_VERSION_LENGTH)),
            text: changelog,
            maxLength: MAX_CHANGELOG_LENGTH,
          }))
        : [{ text: course.description ?? '' }],
  }))
}
