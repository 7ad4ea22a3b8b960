import { nameLanguage } from '../words/languages.ts'
import { composeCourseMail } from './course-mail.tsx'
import type { Course, Student } from './directory.ts'
import type { Mail } from './mailer.ts'
import type { Tenant } from './tenant.ts'

/** The sources of enrolments that were not the student's decision. */
const gifts: (string | null)[] = ['gift', 'admin']

/** Writes the mail with which a student begins a course. See {@link composeCourseMail}. */
export function composeWelcomeMail(
  student: Student,
  course: Course,
  { source, ...options }: { source: string | null; tenant: Tenant; webUrl: string },
): Promise<Mail> {
  return composeCourseMail({ ...student, unsubscribeUrl: null }, course, options, (words, name, language) => {
    const languageName = nameLanguage(course.language, language)
    return {
      says: gifts.includes(source) ? words.gift : words.welcome,
      greeting: words.welcomeGreeting(name),
      texts: [{ text: course.description ?? '' }],
      facts: [
        ...(course.totalLessons ? [{ label: words.lessons, value: String(course.totalLessons) }] : []),
        ...(languageName === null ? [] : [{ label: words.language, value: languageName }]),
      ],
    }
  })
}

/** Writes the mail to a student who has left a course. See {@link composeCourseMail}. */
export function composeCancellationMail(
  student: Student,
  course: Course,
  options: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  return composeCourseMail({ ...student, unsubscribeUrl: null }, course, options, (words, name) => ({
    says: words.enrollment_cancelled,
    greeting: words.greeting(name),
    texts: [],
  }))
}
