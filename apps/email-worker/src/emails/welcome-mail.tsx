import { cutText, guessLanguage, showLine, showText } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { Column, Heading, Row, render, Section, Text } from 'react-email'
import { chooseLanguage, getWords, type Language, nameLanguage } from '../words/languages.ts'
import type { Words } from '../words/words.ts'
import { dropTurns, isolate } from './direction.ts'
import type { Course, Student } from './directory.ts'
import { Action, Frame, heading, light, paragraph, writePlainText } from './frame.tsx'
import type { Mail } from './mailer.ts'
import { getAddress, tameName } from './recipient.ts'
import type { Tenant } from './tenant.ts'

const MAX_TITLE_LENGTH = 120
const MAX_DESCRIPTION_LENGTH = 600
const cell = { borderTop: `1px solid ${light.line}`, fontSize: 15, lineHeight: '22px', padding: '10px 0' }

interface WelcomeProps {
  tenant: Tenant
  language: Language
  words: Words
  name: string
  title: string
  description: string
  courseLanguage: string | undefined
  facts: { label: string; value: string }[]
  url: string
}

/**
 * Writes the welcome mail in the student's language. All text from outside stays plain text. Throws an `invalid` AppError if this mail can
 * never be sent.
 */
export async function composeWelcomeMail(
  student: Student,
  course: Course,
  { tenant, webUrl }: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  const to = getAddress(student.email)
  const language = chooseLanguage(student.locale ?? tenant.locale)
  const words = getWords(language)
  const title = cutText(dropTurns(showLine(course.title)), MAX_TITLE_LENGTH)
  if (title === '') throw new AppError('invalid', 'course.blank', 'the course title is blank')
  const languageName = nameLanguage(course.language, language)
  const welcome: WelcomeProps = {
    tenant,
    language,
    words,
    name: isolate(tameName(student.name)),
    title,
    description: cutText(dropTurns(showText(course.description ?? '')), MAX_DESCRIPTION_LENGTH),
    courseLanguage: guessLanguage(course.language) ?? undefined,
    facts: [
      ...(course.totalLessons ? [{ label: words.welcome.lessons, value: String(course.totalLessons) }] : []),
      ...(languageName === null ? [] : [{ label: words.welcome.language, value: languageName }]),
    ],
    url: `${webUrl}/courses/${encodeURIComponent(course.slug)}`,
  }
  return {
    from: tenant.sender,
    replyTo: tenant.replyTo,
    to,
    subject: words.welcome.subject(isolate(title)),
    html: await render(<WelcomeMail {...welcome} />),
    text: toPlainText(welcome),
  }
}

function WelcomeMail(props: WelcomeProps) {
  const { tenant, language, words, name, title, description, courseLanguage, facts, url } = props
  const { preview, greeting, intro, start, footer } = words.welcome
  return (
    <Frame tenant={tenant} language={language} preview={preview(isolate(title))} footer={footer}>
      <Text className="text" style={{ ...paragraph, fontSize: 20, fontWeight: 600 }}>
        {greeting(name)}
      </Text>
      <Text className="muted" style={{ ...paragraph, color: light.muted }}>
        {intro}
      </Text>
      <Heading as="h1" lang={courseLanguage} dir="auto" className="text title" style={heading}>
        {title}
      </Heading>
      {description && (
        <Text lang={courseLanguage} dir="auto" className="text" style={{ ...paragraph, whiteSpace: 'pre-line' }}>
          {description}
        </Text>
      )}
      <Section style={{ margin: '24px 0 32px' }}>
        {facts.map(({ label, value }) => (
          <Row key={label}>
            <Column className="muted line" style={{ ...cell, color: light.muted, width: '40%' }}>
              {label}
            </Column>
            <Column className="text line" style={{ ...cell, color: light.text }}>
              {value}
            </Column>
          </Row>
        ))}
      </Section>
      <Action tenant={tenant} url={url} label={start} words={words} />
    </Frame>
  )
}

function toPlainText({ tenant, words: { welcome }, name, title, description, facts, url }: WelcomeProps): string {
  return writePlainText([
    welcome.greeting(name),
    welcome.intro,
    isolate(title),
    description,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    `${welcome.start}: ${url}`,
    welcome.footer,
    tenant.postalAddress,
  ])
}
