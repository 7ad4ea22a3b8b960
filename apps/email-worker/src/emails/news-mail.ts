import { cutText, showLine } from '@coursewire/events'
import { composeCourseMail, type Reader } from './course-mail.tsx'
import type { Course } from './directory.ts'
import type { Mail } from './mailer.ts'
import type { Tenant } from './tenant.ts'

const MAX_VERSION_LENGTH = 20
const MAX_CHANGELOG_LENGTH = 1_500

/** `launch` and `notice` say that a course was published, `change` that it has a new version. */
export type NewsKind = 'launch' | 'notice' | 'change'

export interface News {
  recipient: Reader & { unsubscribeUrl: string }
  course: Pick<Course, 'slug' | 'title' | 'description' | 'language'>
  /** For `change` alone. */
  change: { version: string; changelog: string } | null
}

/** Writes a mail with news of a course, which says why its reader gets it and how to get no more. See {@link composeCourseMail}. */
export function composeNewsMail(
  kind: NewsKind,
  { recipient, course, change }: News,
  options: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  return composeCourseMail(recipient, course, options, (words, name) => ({
    says: words[kind],
    greeting: words.greeting(name),
    texts: change
      ? [
          {
            heading: words.newInVersion(cutText(showLine(change.version).replace(/^v/, ''), MAX_VERSION_LENGTH)),
            text: change.changelog,
            maxLength: MAX_CHANGELOG_LENGTH,
          },
        ]
      : [{ text: course.description ?? '' }],
  }))
}
