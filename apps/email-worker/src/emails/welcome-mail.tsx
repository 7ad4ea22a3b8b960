import { cutText, guessLanguage, readAddress, showLine, showText } from '@coursewire/events'
import { render } from 'react-email'
import type { Course, Student } from './directory.ts'
import type { Mail } from './mailer.ts'
import { tameName } from './recipient.ts'
import { WelcomeLayout, type WelcomeProps } from './welcome-layout.tsx'
import { chooseLocale, dropTurns, getWording, isolate, nameLanguage } from './wording.ts'

const MAX_TITLE_LENGTH = 120
const MAX_DESCRIPTION_LENGTH = 600

/** Returns why this mail can never be sent, or null if it can. */
export function findFault(student: Student, course: Course): string | null {
  return readAddress(student.email).fault ?? (showLine(course.title) === '' ? 'the course title is blank' : null)
}

/**
 * Renders the welcome mail in the student's language. All text from outside stays plain text. Throws if the student's address is
 * not valid.
 */
export async function composeWelcomeMail(student: Student, course: Course, webUrl: string): Promise<Mail> {
  const locale = chooseLocale(student.locale)
  const wording = getWording(locale)
  const title = cutText(dropTurns(showLine(course.title)), MAX_TITLE_LENGTH)
  const languageName = nameLanguage(course.language, locale)
  const welcome: WelcomeProps = {
    locale,
    wording,
    name: isolate(tameName(student.name)),
    title,
    description: cutText(dropTurns(showText(course.description ?? '')), MAX_DESCRIPTION_LENGTH),
    courseLanguage: guessLanguage(course.language) ?? undefined,
    facts: [
      ...(course.totalLessons ? [{ label: wording.lessons, value: String(course.totalLessons) }] : []),
      ...(languageName === null ? [] : [{ label: wording.language, value: languageName }]),
    ],
    url: `${webUrl}/courses/${encodeURIComponent(course.slug)}`,
  }
  const html = await render(<WelcomeLayout {...welcome} />)
  const { address, fault } = readAddress(student.email)
  if (address === null) throw new Error(fault)
  return {
    to: address,
    subject: wording.subject(isolate(title)),
    html,
    text: writePlainText(welcome),
  }
}

function writePlainText({ wording, name, title, description, facts, url }: WelcomeProps): string {
  return [
    wording.greeting(name),
    wording.intro,
    isolate(title),
    description,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    `${wording.start}: ${url}`,
    wording.footer,
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}
