import { nameLanguage } from '../words/languages.ts'
import { composeCourseMail } from './course-mail.tsx'
import type { Course, Student } from './directory.ts'
import type { Mail } from './mailer.ts'
import type { Tenant } from './tenant.ts'

/** Writes the mail with which a student begins a course. See {@link composeCourseMail}. */
export function composeWelcomeMail(
  student: Student,
  course: Course,
  options: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  return composeCourseMail(
    { ...student, unsubscribeUrl: null },
    course,
    options,
    ({ language, words, name, title }) => {
      const { subject, preview, greeting, intro, lessons, language: label, start, footer } = words.welcome
      const languageName = nameLanguage(course.language, language)
      return {
        subject: subject(title),
        preview: preview(title),
        greeting: greeting(name),
        intro,
        texts: [{ text: course.description ?? '' }],
        facts: [
          ...(course.totalLessons ? [{ label: lessons, value: String(course.totalLessons) }] : []),
          ...(languageName === null ? [] : [{ label, value: languageName }]),
        ],
        action: start,
        footer,
      }
    },
  )
}
