import type { Moment } from '@coursewire/service-kit'
import { formatDay, nameLanguage } from '../words/languages.ts'
import { composeCourseMail } from './course-mail.tsx'
import type { Course, Student } from './directory.ts'
import type { Mail } from './mailer.ts'
import type { Tenant } from './tenant.ts'

/** The sources of enrolments that were not the student's decision. */
const gifts: (string | null)[] = ['gift', 'admin']

const MAX_WELCOME_TEXT_LENGTH = 2_000

/** Writes the mail with which a student begins a course. See {@link composeCourseMail}. */
export function composeWelcomeMail(
  student: Student,
  course: Course,
  {
    source,
    enrolment,
    at,
    ...options
  }: {
    tenant: Tenant
    webUrl: string
    /** How the student was enrolled. */
    source: string | null
    /** Names the enrolment in calendars, where a later mail about it replaces the entry of an earlier one. */
    enrolment: string
    at: Moment
  },
): Promise<Mail> {
  return composeCourseMail({ ...student, unsubscribeUrl: null }, course, options, (words, name, language) => {
    const { startsAt } = course
    const languageName = nameLanguage(course.language, language)
    return {
      says: gifts.includes(source) ? words.gift : words.welcome,
      greeting: words.welcomeGreeting(name),
      texts: [
        { text: course.description ?? '' },
        { text: course.welcomeText ?? '', maxLength: MAX_WELCOME_TEXT_LENGTH, hasLinks: true },
      ],
      facts: [
        ...(startsAt ? [{ label: words.starts, value: formatDay(startsAt, language) }] : []),
        ...(course.totalLessons ? [{ label: words.lessons, value: String(course.totalLessons) }] : []),
        ...(languageName === null ? [] : [{ label: words.language, value: languageName }]),
      ],
      // Nobody needs a day of the past in the calendar.
      ...(startsAt && startsAt >= at.slice(0, 10) && { day: { uid: enrolment, date: startsAt, writtenAt: at } }),
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
